import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseSummary } from '../../../schemas/case.ts';
import type { DecisionPayload } from '../../../schemas/decision.ts';
import type { Envelope } from '../../../schemas/owner-event.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { removeReviewer } from '../../../src/app/desks/reviewers.ts';
import { makeId } from '../../../src/core/ids.ts';
import { systemRandom } from '../../../src/core/random.ts';
import type { SigningKey } from '../../../src/crypto/ed25519.ts';
import { readDecision, signDecision } from '../../../src/review/decision.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answerWithCase, BAD, GOOD, TestReviewer } from '../../support/desks.ts';
import { Site } from '../../support/site.ts';

let site: Site;
let app: MemSyncClient;
let ana: TestReviewer;
let bea: TestReviewer;
let cai: TestReviewer;
const coded = (code: string): unknown => expect.objectContaining({ code });

beforeAll(async () => {
  site = await Site.open();
  const { services } = site.world;
  await makeDesk(services, 'front');
  await makeDesk(services, 'back');
  ana = await TestReviewer.at(site.url, services, 'front', 'ana');
  bea = await TestReviewer.at(site.url, services, 'front', 'bea');
  cai = await TestReviewer.at(site.url, services, 'back', 'cai');
  app = new MemSyncClient({ url: site.url, token: await (await site.owner()).grant() });
});
afterAll(() => site.close());

const waiting = (): Promise<CaseSummary> => answerWithCase(app, 'front');
const prove = (one: CaseSummary) => app.addEvidence(one.receipt, { evidence: GOOD });
const fail = (one: CaseSummary) => app.addEvidence(one.receipt, { evidence: BAD });
const logSize = (): number => site.world.services.log.size;

/** Another payload, signed by a key. */
function resigned(envelope: Envelope, key: SigningKey, bend: Partial<DecisionPayload>): Envelope {
  const { payloadType, payload, signatures } = signDecision(key, { ...readDecision(envelope), ...bend });
  return { payloadType, payload, signatures: [...signatures] };
}

/** Expects decisions to be refused, and to leave nothing behind. */
async function refused(code: string, send: () => Promise<unknown>): Promise<void> {
  const before = [logSize(), site.stored()];
  await expect(send()).rejects.toThrow(coded(code));
  expect([logSize(), site.stored()]).toEqual(before);
}

describe('a decision', () => {
  it('is its reviewer’s own, on this case, under this gate, of what is shown', async () => {
    const [one, other] = [await waiting(), await waiting()];
    const shown = await ana.client.showCase(one.id);
    await bea.client.showCase(one.id);
    const signed = await ana.sign(shown, { decision: 'hold' });
    const send = (envelope: Envelope, by = ana, id = one.id) => by.client.decide(id, envelope);
    const bent = (bend: Partial<DecisionPayload>, key = ana.key) => resigned(signed, key, bend);
    const { seen } = shown;

    await refused('signature_invalid', () => send(signed, bea));
    await refused('signature_invalid', () => send(bent({}, cai.key)));
    await refused('signature_invalid', () => send({ ...signed, payload: bent({ reason: 'another' }).payload }));
    await refused('decision_malformed', () => send(bent({ reviewer: bea.id })));
    await refused('decision_malformed', () => send({ ...signed, payloadType: 'application/json' }));
    await refused('decision_malformed', () =>
      send({ ...signed, payload: Buffer.from(`${Buffer.from(signed.payload, 'base64').toString()} `).toString('base64') }),
    );
    await refused('case_unknown', () => send(signed, ana, makeId('case', 0, systemRandom)));
    await refused('decision_malformed', () => send(signed, ana, other.id));
    for (const bend of [
      { case: other.id },
      { receipt: other.receipt },
      { desk: makeId('desk', 0, systemRandom) },
      { gateSha256: '0'.repeat(64) },
      { signedAt: site.world.clock.now() + 3_600_000 },
      { override: { second: null } },
      { basis: { claims: ['no_such'], rows: [] } },
      { basis: { claims: [], rows: [makeId('memory', 0, systemRandom)] } },
    ])
      await refused('decision_malformed', () => send(bent(bend)));
    for (const bend of [
      { revision: 99 },
      { revision: 1 },
      { logSize: 1 },
      { revision: 0 },
      { logSize: 9999 },
      { gateOpen: true },
      { claims: { ...seen.claims, model: 'verified' as const } },
    ])
      await refused('case_moved', () => send(bent({ seen: { ...seen, ...bend } })));

    const basis = { claims: ['memory'], rows: shown.rows.map(({ row }) => row) };
    const reply = await send(bent({ basis }));
    expect(reply.case).toMatchObject({ state: 'hold', revision: 4 });
    expect(reply.decision).toMatchObject({ gateOpen: false, effective: true, payload: { basis }, reviewer: { id: ana.id } });
    expect(reply.decision.unheard).toContainEqual({ claim: 'model', status: 'asserted' });
    expect(reply.decision.unheard.map(({ claim }) => claim)).not.toContain('memory');
  });

  it('is made once: sent again under its key it is answered as before, else it is refused', async () => {
    const one = await waiting();
    const signed = await ana.sign(await ana.client.showCase(one.id), { decision: 'hold' });
    const first = await ana.client.decide(one.id, signed, { idempotencyKey: 'd1' });
    expect(await ana.client.decide(one.id, signed, { idempotencyKey: 'd1' })).toEqual(first);
    await refused('decision_malformed', () => ana.client.decide(one.id, signed));
    await refused('idempotency_conflict', () =>
      ana.client.decide(one.id, resigned(signed, ana.key, { reason: 'x' }), { idempotencyKey: 'd1' }),
    );
    await refused('case_moved', () =>
      ana.client.decide(one.id, resigned(signed, ana.key, { decisionId: makeId('decision', 1, systemRandom) })),
    );
    expect((await ana.client.showCase(one.id)).decisions).toHaveLength(1);
  });

  it('takes somebody who has looked at what is there now', async () => {
    const one = await waiting();
    const shown = await ana.client.showCase(one.id);
    // What another was shown is not what one has seen oneself.
    const byBea = await bea.sign({ ...shown }, { decision: 'hold' });
    await refused('case_moved', () => bea.client.decide(one.id, byBea));
    // That another looks takes nothing away.
    const [mine] = [await ana.sign(shown, { decision: 'hold' }), await bea.client.showCase(one.id)];
    expect((await ana.client.decide(one.id, mine)).case.revision).toBe(4);
    await refused('case_moved', () => bea.client.decide(one.id, byBea));
    const stale = await bea.sign(await bea.client.showCase(one.id), { decision: 'reject' });
    await prove(one);
    await refused('case_moved', () => bea.client.decide(one.id, stale));
    expect((await bea.decide(one.id, { decision: 'reject' })).decision.beforeProof).toBe(false);
  });

  it('a look is in the log once for what is shown, by each who looks', async () => {
    const one = await waiting();
    const size = logSize();
    const [first, again] = [await ana.client.showCase(one.id), await ana.client.showCase(one.id)];
    expect([first.revision, again.revision, logSize()]).toEqual([2, 2, size + 1]);
    await bea.client.showCase(one.id);
    const before = await ana.client.showCase(one.id);
    expect([before.revision, logSize()]).toEqual([3, size + 2]);
    // What another has decided since is something else to look at, and a revision is not seen by saying so.
    await bea.decide(one.id, { decision: 'hold' });
    const ahead = { ...before, seen: { ...before.seen, revision: 4 }, revision: 4 };
    await refused('case_moved', async () => ana.client.decide(one.id, await ana.sign(ahead, { decision: 'hold' })));
    expect([(await ana.client.showCase(one.id)).revision, logSize()]).toEqual([5, size + 4]);
    await prove(one);
    const screens = (await ana.client.showCase(one.id)).timeline.flatMap(({ what, screen }) => (what === 'viewed' ? [screen] : []));
    expect(screens.map((screen) => [screen?.gateOpen, screen?.claims['model']])).toEqual([
      [false, 'asserted'],
      [false, 'asserted'],
      [false, 'asserted'],
      [true, 'verified'],
    ]);
  });
});

describe('a case', () => {
  it('is cleared with its gate open alone, held again, and shut by who rejects it', async () => {
    const one = await waiting();
    const problem = await ana.decide(one.id, { decision: 'clear' }).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: 'gate_not_open', issues: [{ path: '/require/0' }] });
    await prove(one);
    expect((await ana.decide(one.id, { decision: 'clear' })).case.state).toBe('clear');
    expect((await bea.decide(one.id, { decision: 'hold' })).case.state).toBe('hold');
    expect((await app.askGate(one.id)).open).toBe(true);
    expect((await bea.decide(one.id, { decision: 'reject' })).case.state).toBe('hold');
    expect(await app.askGate(one.id)).toMatchObject({
      open: false,
      issues: [{ path: '/require', message: 'A reviewer has rejected the case.' }],
    });
    expect((await ana.decide(one.id, { decision: 'clear' })).case.state).toBe('clear');
    expect((await app.askGate(one.id)).open).toBe(true);
  });

  it('is cleared with its gate shut by two people, and the gate stays shut; the reason stays', async () => {
    const one = await waiting();
    const half = await ana.decide(one.id, { decision: 'clear', reason: 'a customer waits', override: { second: null } });
    expect(half).toMatchObject({ case: { state: 'hold' }, decision: { effective: false, gateOpen: false } });
    const second = { second: half.decision.payload.decisionId };
    await expect(ana.decide(one.id, { decision: 'clear', override: second })).rejects.toThrow(coded('second_reviewer_needed'));
    const other = { second: makeId('decision', 0, systemRandom) };
    await expect(bea.decide(one.id, { decision: 'clear', override: other })).rejects.toThrow(coded('second_reviewer_needed'));
    await expect(bea.decide(one.id, { decision: 'clear' })).rejects.toThrow(coded('gate_not_open'));
    const whole = await bea.decide(one.id, { decision: 'clear', reason: 'I agree', override: second });
    expect(whole).toMatchObject({ case: { state: 'clear', decidedBeforeProof: true }, decision: { effective: true, beforeProof: true } });
    expect(await app.askGate(one.id)).toMatchObject({ open: false, state: 'clear', overridden: true, issues: [{ path: '/require/0' }] });
    expect((await app.cases({ decidedBeforeProof: 'true', receipt: one.receipt })).cases.map(({ id }) => id)).toEqual([one.id]);
    const shown = await ana.client.showCase(one.id);
    expect(shown.override).toEqual({ decision: second.second, reviewer: ana.id, reason: 'a customer waits', second: bea.id });
    expect((await fail(one)).reopened).toEqual([one.id]);
    expect((await ana.client.showCase(one.id)).override?.reason).toBe('a customer waits');
  });

  it('is overridden by nobody with one key under two names, nor with the half of who is gone', async () => {
    const { services } = site.world;
    const twin = await TestReviewer.at(site.url, services, 'front', 'ana again', ana.key);
    const dee = await TestReviewer.at(site.url, services, 'front', 'dee');
    const one = await waiting();
    const half = await ana.decide(one.id, { decision: 'clear', override: { second: null } });
    const second = { second: half.decision.payload.decisionId };
    await expect(twin.decide(one.id, { decision: 'clear', override: second })).rejects.toThrow(coded('second_reviewer_needed'));
    const next = await dee.decide(one.id, { decision: 'clear', override: { second: null } });
    await expect(bea.decide(one.id, { decision: 'clear', override: second })).rejects.toThrow(coded('second_reviewer_needed'));
    await removeReviewer(services, 'front', 'dee');
    const late = { second: next.decision.payload.decisionId };
    await expect(bea.decide(one.id, { decision: 'clear', override: late })).rejects.toThrow(coded('second_reviewer_needed'));
    expect((await bea.client.showCase(one.id)).state).toBe('hold');
  });

  it('takes no second half after its claims have moved, and no override of an open gate', async () => {
    const one = await waiting();
    const half = await ana.decide(one.id, { decision: 'clear', override: { second: null } });
    await prove(one);
    const second = { second: half.decision.payload.decisionId };
    await expect(bea.decide(one.id, { decision: 'clear', override: second })).rejects.toThrow(coded('decision_malformed'));
    expect((await bea.decide(one.id, { decision: 'clear' })).case.state).toBe('clear');
  });

  it('that was cleared is reopened by whatever fails, once, and counted', async () => {
    const one = await waiting();
    await prove(one);
    await ana.decide(one.id, { decision: 'clear' });
    const before = (await site.metrics.text()).match(/^memsync_case_events_total\{kind="reopened"\} (\d+)$/m)?.[1];
    expect((await fail(one)).reopened).toEqual([one.id]);
    const text = await site.metrics.text();
    expect(Number(text.match(/^memsync_case_events_total\{kind="reopened"\} (\d+)$/m)?.[1])).toBe(Number(before) + 1);
    expect((await app.addEvidence(one.receipt, { evidence: { mode: { kind: 'unheard-of' } } })).reopened).toEqual([]);
    expect((await app.cases({ reopened: 'true', receipt: one.receipt })).cases).toMatchObject([{ id: one.id, state: 'hold', reopened: 1 }]);
    await expect(ana.decide(one.id, { decision: 'clear' })).rejects.toThrow(coded('gate_not_open'));
    for (const name of [
      'memsync_cases{state="hold"}',
      'memsync_cases{state="clear"}',
      'memsync_cases_reopened',
      'memsync_cases_decided_before_proof',
      'memsync_case_decisions_total{decision="clear",override="true"}',
    ])
      expect(text, name).toContain(`${name} `);
  });
});
