import { afterEach, beforeEach, expect, it } from 'vitest';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { readClaims } from '../../../src/app/evidence/read.ts';
import { MemoryMarks } from '../../../src/app/marks.ts';
import type { Services } from '../../../src/app/services.ts';
import { startServices, stopServices } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { STUBBED } from '../../support/kinds/stubbed.ts';
import type { World } from '../../support/world.ts';
import { answered, stubbedWorld } from './answered.ts';

let world: World;
/** The same once the operator has named a key. */
let named: Services;
let app: string;
let receipt: string;

beforeEach(async () => {
  world = await stubbedWorld();
  named = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: world.keys.logSigner,
    receiptSigner: world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    claimTrust: { version: 1, settlement: 'a key' },
    judging: STUBBED,
    build: 'test',
  });
  app = await (await world.owner()).grant();
  receipt = (await answered(world, app)).id;
});
afterEach(async () => {
  await stopServices(named);
  await world.close();
});

type Comes = 'trusted' | 'failed' | 'pending';

const handIn = (services: Services, comes: Comes, key: string | null = null) =>
  addEvidence(services, app, receipt, { evidence: { settlement: { kind: 'stub', comes } } }, key);

async function history(): Promise<string[]> {
  const { claims } = await readClaims(named, app, receipt);
  const steps = claims.find(({ claim }) => claim === 'settlement')?.history ?? [];
  return steps.slice(1).map(({ reason, judged, status }) => `${reason} ${judged}: ${status}`);
}

it('what was judged before its key was named rises when it is handed in again, once', async () => {
  const first = await handIn(world.services, 'trusted');
  expect(first.added).toMatchObject([{ judged: 'asserted' }]);
  expect((await handIn(world.services, 'trusted')).added).toEqual(first.added);
  const second = await handIn(named, 'trusted');
  expect(second.added).toMatchObject([{ judged: 'verified', status: 'verified' }]);
  expect((await handIn(named, 'trusted')).added).toEqual(second.added);
  // By the earlier trust it has been judged as well.
  await handIn(world.services, 'trusted');
  expect(await history()).toEqual(['evidence asserted: asserted', 'evidence verified: verified']);
});

it('ten at once are one new piece', async () => {
  await handIn(world.services, 'trusted');
  const replies = await Promise.all(Array.from({ length: 10 }, () => handIn(named, 'trusted')));
  expect(new Set(replies.map(({ added }) => JSON.stringify(added))).size).toBe(1);
  expect(await history()).toHaveLength(2);
});

it('of a claim that has failed for good nothing is judged anew', async () => {
  await handIn(world.services, 'trusted');
  const failed = await handIn(world.services, 'failed');
  expect((await handIn(named, 'failed')).added).toEqual(failed.added);
  await handIn(named, 'trusted');
  expect(await history()).toEqual(['evidence asserted: asserted', 'evidence failed: failed']);
});

it('what is pending is looked at by the new trust anyway, and is no new piece', async () => {
  const first = await handIn(world.services, 'pending');
  expect((await handIn(named, 'pending')).added).toEqual(first.added);
  expect(await history()).toEqual(['evidence pending: pending']);
});

it('a request that is repeated by its key is answered as it was', async () => {
  const first = await handIn(world.services, 'trusted', 'a-key');
  expect((await handIn(named, 'trusted', 'a-key')).added).toEqual(first.added);
  expect(await history()).toHaveLength(1);
});
