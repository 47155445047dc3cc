import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventsReply } from '../../../schemas/owner-event.ts';
import { clientSource } from '../../../src/cli/audit/client-source.ts';
import type { JobEvent } from '../../../src/memory/event.ts';
import { auditVault } from '../../../src/sdk/audit/audit.ts';
import { freshProgress } from '../../../src/sdk/audit/progress.ts';
import { Auditor, codesOf } from '../../support/audited.ts';
import { Site } from '../../support/site.ts';
import { AuditStage, demoted } from './stage.ts';

let stage: AuditStage;
beforeEach(async () => {
  stage = await AuditStage.open();
});
afterEach(() => stage.close());

describe('found in the ledger', () => {
  it('an event in the owner’s name that the owner did not sign', async () => {
    const row = await stage.say('Allergic to hazelnuts');
    await stage.owner.confirm(row);
    const at = stage.owner.head.seq;
    stage.rewritten(at, (stored) => {
      const forged = stored.slice();
      forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
      return forged;
    });
    const report = await stage.auditor.audit();
    // Other answers still name the head that is really there.
    expect(codesOf(report)).toEqual(['answer_malformed', 'owner_event_forged']);
    expect(report.findings[0]?.where).toEqual({ seq: at });
    expect(report.ledger).toMatchObject({ whole: false, events: at });
    expect(report.unknown.join()).toContain(`from event ${at} on`);
  });

  it('an event that is no event, and one that does not follow', async () => {
    await stage.say('Allergic to hazelnuts');
    stage.rewritten(stage.owner.head.seq + 1, () => Uint8Array.of(9));
    expect(codesOf(await stage.auditor.audit())).toEqual(['answer_malformed', 'chain_broken']);
    stage.auditor.lie = (path, body) => {
      if (!path.includes('/events?')) return undefined;
      const reply = body as EventsReply;
      return { ...reply, events: reply.events.map((event) => (event.seq === 2 ? { ...event, hash: 'ab'.repeat(32) } : event)) };
    };
    expect(codesOf(await stage.auditor.audit())).toEqual(['chain_broken']);
  });

  it('an end that is not where it is said to be', async () => {
    await stage.say('Allergic to hazelnuts');
    stage.auditor.lie = (path, body) =>
      path.includes('/events?')
        ? { ...(body as EventsReply), head: { seq: (body as EventsReply).head.seq, hash: 'ab'.repeat(32) } }
        : undefined;
    expect(codesOf(await stage.auditor.audit())).toEqual(['answer_malformed']);
  });

  it('a head that is remembered and not there, or another', async () => {
    await stage.say('Allergic to hazelnuts');
    await stage.auditor.remember();
    const { seq, hash } = stage.auditor.remembered.head ?? { seq: 0, hash: '' };
    stage.auditor.remembered = { ...stage.auditor.remembered, head: { seq: seq + 2, hash } };
    expect(codesOf(await stage.auditor.audit())).toEqual(['chain_cut']);
    stage.auditor.remembered = { ...stage.auditor.remembered, head: { seq: seq - 1, hash } };
    expect(codesOf(await stage.auditor.audit())).toEqual(['chain_forked']);
  });

  it('what the service itself refuses to hand out', async () => {
    await stage.say('Allergic to hazelnuts');
    await stage.site.world.restart();
    stage.tamper("UPDATE events SET stored = CAST(stored || x'00' AS BLOB) WHERE seq = 3");
    const report = await new Auditor(await Site.on(stage.site.world), stage.owner, stage.auditor.device).audit();
    expect(codesOf(report)).toEqual(['service_refuses']);
  });

  it('demotions without ground', async () => {
    const row = await stage.say('Allergic to hazelnuts', { category: 'health', claimed: { kind: 'user_stated' } });
    const derived = await stage.say('Takes care with pralines', {
      category: 'health',
      derivedFrom: [row.id],
      claimed: { kind: 'user_stated' },
    });
    await stage.owner.confirm(row, derived);
    const grounds: ((now: number) => JobEvent)[] = [
      demoted(row),
      demoted(row, { to: 'dormant' }),
      demoted(row, { from: 'background', to: 'active' }),
      demoted(row, { source: derived.id }),
      demoted(derived, { reason: 'source_retracted', source: row.id, to: 'dormant' }),
      demoted(derived, { reason: 'source_contested', source: row.id }),
      demoted(derived, { reason: 'source_demoted', source: row.id }),
      demoted(row, { reason: 'source_erased', source: `mem_${'0'.repeat(32)}`, to: 'dormant' }),
    ];
    for (const [i, ground] of grounds.entries()) {
      await stage.job(ground);
      const report = await stage.auditor.audit();
      expect(codesOf(report), `ground ${i}`).toEqual(['demotion_unfounded']);
      expect(report.counts['demotion_unfounded']).toBe(i + 1);
      // The owner’s word takes what jobs have written away, so that the next one has no ground in the one before.
      await stage.owner.confirm(row, derived);
    }
    // That the one which fell with an aged source derives from something is so.
    expect((await stage.auditor.audit()).demotions).toEqual({ explained: 1, unknown: 0 });
  });

  it('a demotion whose ground nobody can see without a key is said not to be known', async () => {
    const row = await stage.say('Allergic to hazelnuts', { category: 'health' });
    await stage.owner.confirm(row);
    await stage.job(demoted(row));
    const source = stage.auditor.client;
    await stage.services.vaults.acquire(stage.owner.vault);
    const report = await stage.auditor.audit(false, (all) => ({ ...all }));
    expect(codesOf(report)).toEqual(['demotion_unfounded']);
    const keyless = await auditVault({
      source: clientSource(source),
      vault: stage.owner.vault,
      remembered: { head: null, log: null },
      progress: freshProgress(stage.owner.vault),
      now: stage.site.world.clock.now(),
      headers: null,
    });
    expect(keyless).toMatchObject({ clean: true, demotions: { explained: 0, unknown: 1 } });
    expect(keyless.unknown.join()).toContain('The ground of 1 demotions');
  });

  it('an event dated before the one that it follows, and an erasure that nobody ordered', async () => {
    const row = await stage.say('Allergic to hazelnuts');
    stage.site.world.clock.advance(1000);
    await stage.job((now) => ({ kind: 'erased', at: now, job: 'restore', rows: [row.id], event: 'ab'.repeat(32) }));
    expect(codesOf(await stage.auditor.audit())).toEqual(['erasure_unexplained']);
    await stage.job((now) => ({ kind: 'restored', at: now - 500, job: 'restore', lostTo: 100 }));
    expect(codesOf(await stage.auditor.audit())).toEqual(['erasure_unexplained', 'time_backward']);
  });
});
