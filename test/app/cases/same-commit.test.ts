import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CaseSummary } from '../../../schemas/case.ts';
import type { ClaimStanding } from '../../../schemas/claims.ts';
import { decideCase } from '../../../src/app/cases/decide.ts';
import { casesOver, tellCases } from '../../../src/app/cases/on-evidence.ts';
import { openCase } from '../../../src/app/cases/open.ts';
import { readCase } from '../../../src/app/cases/read.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { makeId } from '../../../src/core/ids.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answer, answerWithCase, GATE, GOOD, TestReviewer } from '../../support/desks.ts';
import { inOneCommit } from '../../support/one-commit.ts';
import { Site } from '../../support/site.ts';

let site: Site;
let token: string;
let app: MemSyncClient;
let ana: TestReviewer;
let bea: TestReviewer;
let one: CaseSummary;

beforeAll(async () => {
  site = await Site.open();
  await makeDesk(site.world.services, 'front');
  ana = await TestReviewer.at(site.url, site.world.services, 'front', 'ana');
  bea = await TestReviewer.at(site.url, site.world.services, 'front', 'bea');
  token = await (await site.owner()).grant();
  app = new MemSyncClient({ url: site.url, token });
});
afterAll(() => site.close());
beforeEach(async () => {
  one = await answerWithCase(app, 'front');
  await app.addEvidence(one.receipt, { evidence: GOOD });
});

/** What evidence does once it is judged: here, that the model’s claim has failed; or had, without anybody’s telling its cases. */
const fail =
  (receipt: string, claims: readonly ClaimStanding[], isTold = true) =>
  () =>
    site.world.services.writer.submit({
      prepare: async () => {
        const vault = await site.world.services.vaults.acquire(one.vault);
        return { tail: vault.state, cases: await casesOver(site.world.services, vault, receipt) };
      },
      build: ({ cases }, context) => {
        const addendum = makeId('addendum', context.draft.now, systemRandom);
        const logIndex = context.log(systemRandom.bytes(32));
        const failed = claims.map((claim): ClaimStanding => {
          const last = claim.history.at(-1);
          if (claim.claim !== 'model' || last === undefined) return claim;
          return {
            ...claim,
            status: 'failed',
            history: [...claim.history, { ...last, status: 'failed', judged: 'failed', logIndex, addendum }],
          };
        });
        return tellCases(site.world.services, cases, context, { claims: failed, failed: isTold ? [{ claim: 'model', addendum }] : [] });
      },
    });

const value = (outcome: PromiseSettledResult<unknown> | undefined): unknown =>
  outcome?.status === 'fulfilled' ? outcome.value : outcome?.reason;

async function together(...acts: (() => Promise<unknown>)[]): Promise<PromiseSettledResult<unknown>[]> {
  const before = site.world.services.writer.counts.commits;
  const outcomes = await inOneCommit(site.world.services, acts);
  expect(site.world.services.writer.counts.commits - before).toBe(1);
  return outcomes;
}

const clear = async (by: TestReviewer) => {
  const shown = await by.client.showCase(one.id);
  const decision = await by.sign(shown, { decision: 'clear' });
  return { shown, decide: () => decideCase(site.world.services, by.token, one.id, { decision }, null) };
};

it('a claim that fails behind a decision to clear reopens the case in the same commit', async () => {
  const { shown, decide } = await clear(ana);
  const [decided, told] = await together(decide, fail(one.receipt, shown.claims));
  expect([value(decided), value(told)]).toEqual([expect.objectContaining({ case: expect.objectContaining({ state: 'clear' }) }), [one.id]]);
  const after = await bea.client.showCase(one.id);
  expect(after).toMatchObject({ state: 'hold', reopened: 1, seen: { gateOpen: false } });
  expect(after.timeline.slice(-4).map(({ what }) => what)).toEqual(['decided', 'failed', 'reopened', 'viewed']);
});

it('a claim that has failed where nobody told the case, as an import brings it, reopens it with the next that does', async () => {
  const { shown, decide } = await clear(ana);
  await decide();
  const late = fail(one.receipt, shown.claims, false);
  expect([await late(), await late()]).toEqual([[one.id], []]);
  expect(await bea.client.showCase(one.id)).toMatchObject({ state: 'hold', reopened: 1 });
});

it('a claim that fails ahead of a decision to clear leaves nothing to decide upon', async () => {
  const { shown, decide } = await clear(ana);
  const [told, decided] = await together(fail(one.receipt, shown.claims), decide);
  expect([value(told), value(decided)]).toEqual([[], expect.objectContaining({ code: 'case_moved' })]);
  expect(await bea.client.showCase(one.id)).toMatchObject({ state: 'hold', reopened: 0, decisions: [] });
});

it('of two decisions the second has not seen the first; a look in between takes nothing away', async () => {
  const [first, second] = [await clear(ana), await clear(bea)];
  const look = () => readCase(site.world.services, cai.token, one.id);
  const cai = await TestReviewer.at(site.url, site.world.services, 'front', `cai ${one.id}`);
  const [looked, decided, refused] = await together(look, first.decide, second.decide);
  expect(value(looked)).toMatchObject({ state: 'hold', revision: 5 });
  expect(value(decided)).toMatchObject({ case: { state: 'clear', revision: 6 } });
  expect(value(refused)).toMatchObject({ code: 'case_moved' });
});

it('a case that is opened behind evidence is prepared anew, and looks at what came', async () => {
  const receipt = await answer(app);
  const bring = () =>
    site.world.services.writer.submit({
      prepare: async () => ({ tail: (await site.world.services.vaults.acquire(one.vault)).state }),
      build: (_, { draft, log }) => {
        const [id, logIndex] = [makeId('addendum', draft.now, systemRandom), log(systemRandom.bytes(32))];
        draft.addenda.push({
          receipt,
          number: 1,
          id,
          at: draft.now,
          logIndex,
          sealed: systemRandom.bytes(64),
          evidence: new Uint8Array(0),
        });
      },
    });
  // What came does not open; nobody would know who has not looked.
  const outcomes = await inOneCommit(site.world.services, [
    bring,
    () => openCase(site.world.services, token, { receipt, gate: GATE }, null),
  ]);
  expect(outcomes.map(value)).toEqual([undefined, expect.objectContaining({ code: 'row_unopenable' })]);
});

it('a case that is opened ahead of evidence is told of it in the same commit', async () => {
  const receipt = await answer(app);
  const other = await app.openCase({ receipt, gate: GATE });
  const { claims } = await ana.client.showCase(other.id);
  const open = () => openCase(site.world.services, token, { receipt, gate: { ...GATE, version: 2 } }, null);
  await together(open, fail(receipt, claims));
  for (const { id } of (await app.cases({ receipt })).cases) {
    const shown = await ana.client.showCase(id);
    expect([id, shown.seen.claims['model']]).toEqual([id, 'failed']);
  }
});
