import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Case, CaseSummary } from '../../../schemas/case.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answerWithCase, BAD, GOOD, TestReviewer } from '../../support/desks.ts';
import { Site } from '../../support/site.ts';

let site: Site;
let app: MemSyncClient;
let reviewers: TestReviewer[];
beforeAll(async () => {
  site = await Site.open();
  await makeDesk(site.world.services, 'front');
  reviewers = [];
  for (const name of ['ana', 'bea']) reviewers.push(await TestReviewer.at(site.url, site.world.services, 'front', name));
  app = new MemSyncClient({ url: site.url, token: await (await site.owner()).grant() });
});
afterAll(() => site.close());

/** What may be done to a case, by one of two reviewers. Whatever is refused changes nothing. */
const ACTS = {
  good: (one: CaseSummary) => app.addEvidence(one.receipt, { evidence: GOOD }),
  bad: (one: CaseSummary) => app.addEvidence(one.receipt, { evidence: BAD }),
  claimed: (one: CaseSummary) => app.addEvidence(one.receipt, { evidence: { mode: { kind: 'never-heard-of' } } }),
  hold: (one: CaseSummary, by: TestReviewer) => by.decide(one.id, { decision: 'hold' }),
  reject: (one: CaseSummary, by: TestReviewer) => by.decide(one.id, { decision: 'reject' }),
  clear: (one: CaseSummary, by: TestReviewer) => by.decide(one.id, { decision: 'clear' }),
  half: (one: CaseSummary, by: TestReviewer) => by.decide(one.id, { decision: 'clear', override: { second: null } }),
  second: async (one: CaseSummary, by: TestReviewer) => {
    const { decisions } = await by.client.showCase(one.id);
    const half = decisions.findLast(({ payload }) => payload.override !== null)?.payload.decisionId;
    return half === undefined ? null : by.decide(one.id, { decision: 'clear', override: { second: half } });
  },
  handOver: (one: CaseSummary, by: TestReviewer) => by.client.handOver(one.id, { to: 'bea' }),
} as const;

const REFUSALS: ReadonlySet<string> = new Set(['gate_not_open', 'second_reviewer_needed', 'decision_malformed']);

/** How a claim stood in the log before an entry. */
const before = ({ claims }: Case, claim: string, logIndex: number): string | undefined =>
  claims.find((one) => one.claim === claim)?.history.findLast((step) => step.logIndex < logIndex)?.status;

/** What must hold of any case, whatever has happened to it, by its statements and its claims' histories alone. */
function expectSound(shown: Case): void {
  const { state, decisions, timeline, reopened } = shown;
  for (const { payload, gateOpen, effective, logIndex } of decisions) {
    if (payload.decision !== 'clear' || !effective) continue;
    expect(gateOpen).toBe(before(shown, 'model', logIndex) === 'verified');
    if (gateOpen) continue;
    const first = decisions.find((one) => one.payload.decisionId === payload.override?.second);
    expect([first?.effective, first?.payload.reviewer === payload.reviewer]).toEqual([false, false]);
  }
  let clear = false;
  let again = 0;
  for (const { what, decision } of timeline) {
    // Nothing comes between a failure over a clear case and its reopening.
    if (what === 'reopened') again += 1;
    if (what === 'reopened') expect(clear).toBe(true);
    if (what === 'decided' || what === 'overridden' || what === 'reopened') {
      const made = decisions.find(({ payload }) => payload.decisionId === decision);
      if (made?.effective !== false) clear = made?.payload.decision === 'clear';
    }
  }
  expect([state, reopened]).toEqual([clear ? 'clear' : 'hold', again]);
  const cleared = decisions.findLast(({ effective }) => effective);
  if (clear) expect(timeline.filter(({ what, logIndex }) => what === 'failed' && logIndex > (cleared?.logIndex ?? 0))).toEqual([]);
}

it(
  'no order of evidence, failures and decisions clears a case whose gate was shut, and a late failure always reopens it',
  { timeout: 180_000 },
  async () => {
    const act = fc.record({ what: fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])), by: fc.constantFrom(0, 1) });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 10 }), async (acts) => {
        const one = await answerWithCase(app, 'front');
        for (const { what, by } of acts) {
          const reviewer = reviewers[by];
          if (reviewer === undefined) throw new Error('nobody');
          try {
            await ACTS[what](one, reviewer);
          } catch (error) {
            if (!isMemSyncError(error) || !REFUSALS.has(error.code)) throw error;
          }
        }
        const shown = await reviewers[0]?.client.showCase(one.id);
        if (shown === undefined) throw new Error('nobody');
        expectSound(shown);
        for (const { what } of shown.timeline) seen.add(what);
        expect((await app.askGate(one.id)).open).toBe(shown.gate.open);
        expect((await app.cases({ receipt: one.receipt })).cases).toMatchObject([
          { state: shown.state, reopened: shown.reopened, decidedBeforeProof: shown.decidedBeforeProof },
        ]);
      }),
      {
        numRuns: 40,
        examples: [
          [['good', 'clear', 'bad', 'clear'].map((what) => ({ what: what as keyof typeof ACTS, by: 0 as const }))],
          [
            [
              { what: 'half', by: 0 },
              { what: 'second', by: 1 },
              { what: 'bad', by: 0 },
              { what: 'half', by: 1 },
              { what: 'second', by: 0 },
            ],
          ],
        ],
      },
    );
    for (const what of ['reopened', 'overridden', 'decided', 'handed_over', 'failed']) expect(seen).toContain(what);
  },
);
