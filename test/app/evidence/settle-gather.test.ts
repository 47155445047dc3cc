import { afterEach, beforeEach, expect, it } from 'vitest';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { readClaims } from '../../../src/app/evidence/read.ts';
import { settleEvidence } from '../../../src/app/evidence/settle.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { list } from '../../../src/app/list.ts';
import { MemoryMarks } from '../../../src/app/marks.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import type { Services } from '../../../src/app/services.ts';
import { startServices, stopServices } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import type { Reached } from '../../../src/reach/face.ts';
import { verifyBundle } from '../../../src/receipts/verify.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import type { TestOwner } from '../../support/owner.ts';
import { RIPENING } from '../../support/ripening/ripening.ts';
import { DAY, World } from '../../support/world.ts';

const ASK = 'https://settled.example/proofs';

let world: World;
let asking: Services;
let owner: TestOwner;
let app: string;
let receipt: string;
let answer: Reached;

/** A service that asks somebody how a settlement stands, who answers `answer`. */
beforeEach(async () => {
  world = await World.open();
  asking = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: world.keys.logSigner,
    receiptSigner: world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    judging: RIPENING,
    claimTrust: { version: 1, settlement: { url: ASK } },
    reach: async () => answer,
    build: 'test',
  });
  answer = { json: { status: 'pending', height: 1 } };
  owner = await world.owner();
  app = await owner.grant();
  await remember(asking, app, { memories: [{ text: 'Allergic to hazelnuts' }] }, null);
  const { id } = await retrieve(asking, app, { query: 'hazelnuts' });
  const request = { retrievalId: id, model: { label: 'm' }, output: { text: 'Nothing.' } };
  receipt = (await issueReceipt(asking, app, request, null)).id;
  const settlement = { kind: 'ripens', at: world.clock.now() + 30 * DAY, comes: 'pending', ask: ASK };
  await addEvidence(asking, app, receipt, { evidence: { settlement } }, null);
});
afterEach(async () => {
  await stopServices(asking);
  await world.close();
});

async function look(): Promise<string[]> {
  world.clock.advance(DAY);
  await settleEvidence(asking);
  const { claims } = await readClaims(asking, app, receipt);
  return claims.find(({ claim }) => claim === 'settlement')?.history.map(({ reason, status }) => `${reason} ${status}`) ?? [];
}

const gathered = async (): Promise<unknown[]> =>
  ((await readReceipt(asking, app, receipt)).bundle.addenda ?? []).map(({ evidence }) => evidence?.gathered);

it('is asked for again, and what came is kept with the look that it decided', async () => {
  answer = { json: { status: 'pending', height: 2 } };
  expect(await look()).toEqual(['issued absent', 'evidence pending']);
  // That nothing came says nothing.
  answer = { failed: 'timeout' };
  expect(await look()).toEqual(['issued absent', 'evidence pending']);
  answer = { json: { status: 'verified', height: 3 } };
  expect(await look()).toEqual(['issued absent', 'evidence pending', 'recheck verified']);
  expect(await gathered()).toEqual([
    { status: 'pending', height: 1 },
    { status: 'verified', height: 3 },
  ]);
  const { bundle } = await readReceipt(asking, app, receipt);
  const verdict = verifyBundle(bundle, { verifierKeys: world.verifierKeys }, world.clock.now());
  expect([verdict.failures, verdict.addenda.length]).toEqual([[], 2]);
});

it('goes with the rows of its receipt when they are erased, each look of it', async () => {
  answer = { json: { status: 'verified' } };
  await look();
  const [row] = (await list(asking, app, {})).memories;
  await owner.post('erased', { scope: 'rows', rows: [row?.id ?? ''] });
  expect(await gathered()).toEqual([undefined, undefined]);
  const kept = await asking.store.addenda.ofReceipt(owner.vault, receipt);
  expect(kept.map(({ evidenceBytes }) => evidenceBytes)).toEqual([0, 0]);
  expect(await look()).toEqual(['issued absent', 'evidence pending', 'recheck verified']);
});
