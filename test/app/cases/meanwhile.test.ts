import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CaseSummary } from '../../../schemas/case.ts';
import { decideCase } from '../../../src/app/cases/decide.ts';
import { handOver } from '../../../src/app/cases/hand-over.ts';
import { openCase } from '../../../src/app/cases/open.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { removeReviewer } from '../../../src/app/desks/reviewers.ts';
import { MemoryMarks } from '../../../src/app/marks.ts';
import { appendOwnerEvent } from '../../../src/app/owner-event.ts';
import { startServices, stopServices, type Parts } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { answer, GATE, GOOD, TestReviewer } from '../../support/desks.ts';
import { inOneCommit } from '../../support/one-commit.ts';
import type { TestOwner } from '../../support/owner.ts';
import { Site } from '../../support/site.ts';

let site: Site;
let owner: TestOwner;
let app: MemSyncClient;
let ana: TestReviewer;
let bea: TestReviewer;
let one: CaseSummary;

const STANDING = { ...GATE, require: [...GATE.require, { memory: 'all_standing' } as const] };

beforeEach(async () => {
  site = await Site.open();
  const { services } = site.world;
  await makeDesk(services, 'front');
  ana = await TestReviewer.at(site.url, services, 'front', 'ana');
  bea = await TestReviewer.at(site.url, services, 'front', 'bea');
  owner = await site.owner();
  app = new MemSyncClient({ url: site.url, token: await owner.grant() });
  const receipt = await answer(app);
  await app.addEvidence(receipt, { evidence: GOOD });
  one = await app.openCase({ receipt, gate: STANDING, desk: 'front' });
});
afterEach(() => site.close());

/** What an act comes to where something happens between what it has read and what it writes. */
async function whereMeanwhile(act: () => Promise<unknown>, happens: () => Promise<unknown>): Promise<PromiseSettledResult<unknown>> {
  const { writer } = site.world.services;
  const read = Promise.withResolvers<void>();
  let happened: Promise<unknown> | null = null;
  // Prepared after the act, in the same commit.
  const between = () =>
    writer.submit({
      prepare: async () => {
        read.resolve();
        await (happened ??= happens());
        return { tail: { vault: 'ab'.repeat(32), headSeq: 0, headHash: new Uint8Array(32), lastAt: 0 } };
      },
      build: () => undefined,
    });
  const [outcome] = await inOneCommit(site.world.services, [act, between]);
  await read.promise;
  return outcome ?? expect.fail();
}

const refused = (code: string): unknown => ({ status: 'rejected', reason: expect.objectContaining({ code }) });

it('a reviewer who is removed while their request waits decides nothing, hands nothing over and opens nothing', async () => {
  const { services } = site.world;
  const decision = await ana.sign(await ana.client.showCase(one.id), { decision: 'clear' });
  const outcomes = await inOneCommit(services, [
    () => decideCase(services, ana.token, one.id, { decision }, null),
    () => handOver(services, ana.token, one.id, { to: 'bea' }, null),
    () => openCase(services, ana.token, { receipt: one.receipt, gate: GATE }, null),
    () => removeReviewer(services, 'front', 'ana'),
  ]);
  expect(outcomes.slice(0, 3)).toEqual([refused('token_invalid'), refused('token_invalid'), refused('token_invalid')]);
  const { state, assigned, decisions } = await bea.client.showCase(one.id);
  expect([state, assigned, decisions]).toEqual(['hold', null, []]);
});

it('what an erasure has taken of a case does not come back with what was on its way', async () => {
  const { services } = site.world;
  const wiped = async () => {
    while (await services.store.erasing.vault(one.vault, 2000));
  };
  expect(await whereMeanwhile(() => handOver(services, ana.token, one.id, { to: 'bea' }, null), wiped)).toEqual(refused('vault_erased'));
  const stored = await services.store.cases.case(one.id);
  const events = await services.store.cases.events(one.id);
  expect([stored?.sealed, ...events.map(({ sealed }) => sealed)].every((sealed) => sealed?.length === 0)).toBe(true);
});

it('no case is cleared on memory that another process has seen fall', async () => {
  const { services, keys, database, clock } = site.world;
  const parts: Parts = {
    store: openSqliteStore({ path: database }),
    clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: keys.logSigner,
    receiptSigner: keys.receiptSigner,
    deskKey: keys.deskKey,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    build: 'test',
  };
  const second = await startServices(parts);
  const shown = await ana.client.showCase(one.id);
  expect(shown.gate.open).toBe(true);
  const decision = await ana.sign(shown, { decision: 'clear' });
  const [row] = (await app.list({})).memories;
  if (row === undefined) throw new Error('there is no row');
  const retracts = async () => {
    const { envelope } = owner.next('retracted', { rows: [{ row: row.id, version: row.version, commitment: row.commitment }] });
    await appendOwnerEvent(second, one.vault, { event: envelope });
  };
  expect(await whereMeanwhile(() => decideCase(services, ana.token, one.id, { decision }, null), retracts)).toEqual(refused('case_moved'));
  expect((await app.askGate(one.id)).state).toBe('hold');
  await stopServices(second);
});
