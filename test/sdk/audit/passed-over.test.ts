import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logHeads } from '../../../src/app/log-heads.ts';
import type { AuditProgress } from '../../../src/sdk/audit/progress.ts';
import { codesOf, type Lie } from '../../support/audited.ts';
import { AuditStage } from './stage.ts';

let stage: AuditStage;
beforeEach(async () => {
  stage = await AuditStage.open();
});
afterEach(() => stage.close());

/** Gives one receipt another place in the list. */
function placed(id: string, logIndex: number): Lie {
  return (path, answer) => {
    if (!path.startsWith('/v1/receipts?')) return undefined;
    const list = answer as { receipts: { id: string }[] };
    return { ...list, receipts: list.receipts.map((one) => (one.id === id ? { ...one, logIndex } : one)) };
  };
}

describe('not passed over', () => {
  it('a receipt that is said to be past the end of the log, and those after it, beside another vault', async () => {
    await stage.history();
    await stage.site.owner();
    await logHeads(stage.services);
    const { id } = await stage.receipt();
    const { id: after } = await stage.receipt();
    stage.auditor.lie = placed(id, 1_000_000);
    const report = await stage.auditor.audit();
    expect(codesOf(report)).toContain('receipt_not_in_log');
    expect(report.receipts.count).toBe(5);
    stage.tamper(`UPDATE receipts SET log_index = 0 WHERE id = x'${after.slice(4)}'`);
    expect((await stage.auditor.audit()).findings.map(({ where }) => where.receipt)).toContain(after);
  });

  it('receipts that are issued while an audit goes on are left to the next, in whole', async () => {
    await stage.history();
    let issued = false;
    const report = await stage.auditor.audit(false, (all) => ({
      ...all,
      receipts: async (query) => {
        if (!issued) for (let i = 0; i < 2; i += 1) await stage.receipt();
        issued = true;
        return all.receipts(query);
      },
    }));
    expect(report).toMatchObject({ clean: true, receipts: { count: 3 } });
    expect(await stage.auditor.audit(true)).toMatchObject({ clean: true, receipts: { count: 5 } });
  });

  it('a tile that is not made of its entries, when the audit breaks off after it and goes on', async () => {
    await stage.history();
    for (let i = 0; i < 300; i += 1) await stage.addEntry(new Uint8Array([1, 2, i % 256]));
    stage.auditor.lie = (path, answer) => (path === '/log/tile/0/000' ? new Uint8Array((answer as Uint8Array).length) : undefined);
    const whole = await stage.auditor.audit();
    expect(codesOf(whole)).toContain('log_inconsistent');
    stage.auditor.asked = 0;
    await stage.auditor.audit();
    const requests = stage.auditor.asked;
    for (let n = 1; n < requests; n += 1) {
      stage.auditor.asked = 0;
      stage.auditor.patience = n;
      await expect(stage.auditor.audit()).rejects.toMatchObject({ code: 'service_unreachable' });
      stage.auditor.patience = Number.POSITIVE_INFINITY;
      expect(await stage.auditor.audit(true)).toEqual(whole);
    }
  });
});

describe('what is kept of an earlier audit and does not read', () => {
  it('is begun anew with', async () => {
    await stage.history();
    await stage.auditor.audit();
    const good = stage.auditor.progress;
    const { log, chain } = good;
    const spoilt: AuditProgress[] = [
      { ...good, log: { ...log, keys: 'x' } },
      { ...good, log: { ...log, tiles: 'AAAA' } },
      { ...good, log: { ...log, edge: '?' } },
      { ...good, chain: { ...chain, marks: 'AAAA' } },
      { ...good, chain: { ...chain, marks: `${'A'.repeat(43)}=` } },
      { ...good, chain: { ...chain, state: 'AAAA' } },
      { ...good, chain: { ...chain, state: chain.state?.slice(0, 400) ?? null } },
      { ...good, vault: '0'.repeat(64) },
    ];
    for (const progress of spoilt) {
      stage.auditor.progress = progress;
      expect(await stage.auditor.audit(true)).toMatchObject({ clean: true, receipts: { count: 3 } });
    }
  });
});
