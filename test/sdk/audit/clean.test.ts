import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enter } from '../../../src/app/access.ts';
import { demoteStale } from '../../../src/app/demote-stale.ts';
import { logHeads } from '../../../src/app/log-heads.ts';
import { AUDIT_CODES } from '../../../src/sdk/audit/finding.ts';
import { DAY } from '../../support/world.ts';
import { AuditStage } from './stage.ts';

let stage: AuditStage;
beforeEach(async () => {
  stage = await AuditStage.open();
});
afterEach(() => stage.close());

describe('a vault with a history', () => {
  it('is clean, with every demotion explained and every entry accounted for', async () => {
    await stage.history();
    await stage.auditor.remember();
    const report = await stage.auditor.audit();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      clean: true,
      log: { others: 0 },
      ledger: { whole: true, restored: [] },
      receipts: { count: 3, elsewhere: 0 },
      heads: { count: 2 },
      certificates: 1,
    });
    expect(report.demotions.explained).toBeGreaterThan(0);
  });

  it('of which nothing is in the log yet is clean, and it is said what nobody vouches for', async () => {
    await stage.say('Allergic to hazelnuts');
    const report = await stage.auditor.audit();
    expect(report).toMatchObject({ clean: true, log: { size: 0 }, heads: { count: 0, last: null }, receipts: { count: 0 } });
    expect(report.unknown.join('\n')).not.toContain('could not be verified');
    expect(report.unknown.join('\n')).toContain('no leaf of a later head yet');
  });

  it('beside other vaults, whose entries are opaque, and said to be', async () => {
    await stage.history();
    const other = await stage.site.owner();
    await logHeads(stage.services);
    const report = await stage.auditor.audit();
    expect(report).toMatchObject({ clean: true, vaults: 2, log: { others: 1 } });
    expect(report.unknown.join()).toContain('opaque');
    expect(other.vault).not.toBe(stage.owner.vault);
  });

  it('goes on where it ended, and asks for little then', async () => {
    for (let i = 0; i < 12; i += 1) await stage.history();
    await stage.auditor.audit();
    const whole = stage.auditor.asked;
    stage.auditor.asked = 0;
    const again = await stage.auditor.audit(true);
    expect(again.findings).toEqual([]);
    expect(again.receipts.count).toBe(36);
    expect(stage.auditor.asked).toBeLessThan(whole / 2);
    await stage.history();
    expect(await stage.auditor.audit(true)).toMatchObject({ clean: true, receipts: { count: 39 } });
  });

  it('interrupted at any request, goes on and finds the same', async () => {
    await stage.history();
    await stage.receipt();
    stage.tamper('UPDATE logged_heads SET log_index = 0 WHERE log_index > 1');
    const whole = await stage.auditor.audit();
    expect(whole.findings.length).toBeGreaterThan(0);
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

  it('confirmed while nobody had opened it, is not taken down by what a job knew from before', async () => {
    const row = await stage.say('Allergic to hazelnuts', { category: 'health', claimed: { kind: 'user_stated' } });
    stage.site.world.clock.advance(119 * DAY);
    stage.services.vaults.forget(stage.owner.vault);
    await stage.owner.confirm(row);
    expect(stage.services.vaults.open.get(stage.owner.vault)?.grants.size ?? 0).toBe(0);
    stage.site.world.clock.advance(2 * DAY);
    expect(await demoteStale(stage.services)).toMatchObject({ demoted: 0 });
    stage.site.world.clock.advance(120 * DAY);
    // Opened, its time is known again, and that it has come.
    await stage.services.writer.submit({
      prepare: async () => ({ tail: (await enter(stage.services, stage.auditor.device, null)).vault.state }),
      build: () => undefined,
    });
    expect(await stage.auditor.audit()).toMatchObject({ clean: true, demotions: { explained: 1, unknown: 0 } });
    expect(await demoteStale(stage.services)).toMatchObject({ demoted: 0 });
  });
});

it('every code is found in one of the tests beside this one', () => {
  const folder = new URL('.', import.meta.url);
  const text = readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('');
  expect(AUDIT_CODES.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});
