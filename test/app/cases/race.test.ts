import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Case } from '../../../schemas/case.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answer, answerWithCase, BAD, GATE, GOOD, TestReviewer } from '../../support/desks.ts';
import { Site } from '../../support/site.ts';

const ROUNDS = 30;

let site: Site;
let app: MemSyncClient;
let ana: TestReviewer;
let bea: TestReviewer;
beforeAll(async () => {
  site = await Site.open();
  await makeDesk(site.world.services, 'front');
  ana = await TestReviewer.at(site.url, site.world.services, 'front', 'ana');
  bea = await TestReviewer.at(site.url, site.world.services, 'front', 'bea');
  app = new MemSyncClient({ url: site.url, token: await (await site.owner()).grant() });
});
afterAll(() => site.close());

/** No case stands clear over a claim that has failed; one that was cleared before is reopened after it, and whoever cleared it saw it proved. */
function expectSound({ state, claims, timeline, decisions }: Case): void {
  const at = (what: string): number => timeline.findLast((moment) => moment.what === what)?.logIndex ?? -1;
  expect([state, claims.find(({ claim }) => claim === 'model')?.status]).toEqual(['hold', 'failed']);
  const cleared = decisions.find(({ payload }) => payload.decision === 'clear');
  if (cleared === undefined) {
    expect(at('reopened')).toBe(-1);
    return;
  }
  expect([cleared.gateOpen, cleared.unheard.some(({ claim }) => claim === 'model')]).toEqual([true, false]);
  expect(at('failed')).toBeGreaterThan(cleared.logIndex);
  expect(at('reopened')).toBeGreaterThan(at('failed'));
}

/**
 * One round; the decision sets out `wait` milliseconds after the evidence, or before it. Gives how long the evidence took, and what the decision was
 * refused with.
 */
async function race(wait: number): Promise<{ readonly took: number; readonly refused: string | null }> {
  const one = await answerWithCase(app, 'front');
  await app.addEvidence(one.receipt, { evidence: GOOD });
  const signed = await ana.sign(await ana.client.showCase(one.id), { decision: 'clear' });
  const began = performance.now();
  const failing = pause(Math.max(0, -wait))
    .then(() => app.addEvidence(one.receipt, { evidence: BAD }))
    .then(() => performance.now() - began - Math.max(0, -wait));
  const deciding = pause(Math.max(0, wait)).then(() => ana.client.decide(one.id, signed));
  const refused = deciding.then(
    () => null,
    (error: unknown) => (isMemSyncError(error) ? error.code : String(error)),
  );
  const [took, code] = await Promise.all([failing, refused, bea.client.showCase(one.id)]);
  expectSound(await bea.client.showCase(one.id));
  return { took, refused: code };
}

it('evidence that fails and a decision to clear, at once: never a clear case over a failed claim', { timeout: 120_000 }, async () => {
  const refusals: (string | null)[] = [];
  let usual = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Evidence is judged before it is written: the decision sets out before that, at every part of it, and after it.
    const { took, refused } = await race(usual * ((3 * round) / ROUNDS - 1.5));
    usual = took;
    refusals.push(refused);
  }
  // Both ends have been seen, or the race was none.
  expect(new Set(refusals)).toEqual(new Set([null, 'case_moved']));
});

it('a case that is opened while evidence comes is told of it', { timeout: 120_000 }, async () => {
  const opened = async (first: 'case' | 'evidence') => {
    const receipt = await answer(app);
    const evidence = first === 'evidence' ? app.addEvidence(receipt, { evidence: GOOD }) : null;
    const opening = app.openCase({ receipt, gate: GATE });
    await (evidence ?? app.addEvidence(receipt, { evidence: GOOD }));
    return (await opening).id;
  };
  for (let round = 0; round < ROUNDS; round++) {
    const id = await opened(round % 2 === 0 ? 'case' : 'evidence');
    expect((await app.askGate(id)).open).toBe(true);
    expect((await ana.client.showCase(id)).claims.find(({ claim }) => claim === 'model')?.history).toHaveLength(2);
  }
});

it('two reviewers decide at once: one of them has not seen what the other did', { timeout: 120_000 }, async () => {
  for (let round = 0; round < ROUNDS / 3; round++) {
    const one = await answerWithCase(app, 'front');
    const signed = [ana, bea].map(async (by) => by.sign(await by.client.showCase(one.id), { decision: 'hold' }));
    const [byAna, byBea] = await Promise.all(signed);
    if (byAna === undefined || byBea === undefined) throw new Error('nobody signed');
    const outcomes = await Promise.allSettled([ana.client.decide(one.id, byAna), bea.client.decide(one.id, byBea)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({ reason: { code: 'case_moved' } });
    expect((await ana.client.showCase(one.id)).decisions).toHaveLength(1);
  }
});
