import { afterEach, beforeEach, expect, it } from 'vitest';
import { enter } from '../../../src/app/access.ts';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { delayAfter, lookAgain } from '../../../src/app/evidence/look-again.ts';
import { readClaims } from '../../../src/app/evidence/read.ts';
import { settleEvidence } from '../../../src/app/evidence/settle.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { MemoryMarks } from '../../../src/app/marks.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import type { Services } from '../../../src/app/services.ts';
import { startServices, stopServices } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import type { StoredDue } from '../../../src/store/addenda.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import type { TestOwner } from '../../support/owner.ts';
import { RIPENING } from '../../support/ripening/ripening.ts';
import { World } from '../../support/world.ts';

const PIECES = 12;
const MINUTE = 60_000;

let world: World;
let second: Services;
let owner: TestOwner;
let app: string;
let receipt: string;

/** Two services on one file, as two processes would be, with a dozen pieces of evidence that ripen in a minute. */
beforeEach(async () => {
  world = await World.open();
  world.judging = RIPENING;
  await world.restart();
  second = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: world.keys.logSigner,
    receiptSigner: world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    judging: RIPENING,
    build: 'test',
  });
  owner = await world.owner();
  app = await owner.grant();
  const { id } = await retrieve(world.services, app, { query: 'anything' });
  const request = { retrievalId: id, model: { label: 'm' }, output: { text: 'Nothing.' } };
  receipt = (await issueReceipt(world.services, app, request, null)).id;
  for (let i = 0; i < PIECES; i += 1) await handIn(i, world.clock.now() + MINUTE);
  for (const services of [world.services, second]) await enter(services, app, null);
});
afterEach(async () => {
  await stopServices(second);
  await world.close();
});

const handIn = (note: number, at: number) =>
  addEvidence(
    world.services,
    app,
    receipt,
    { evidence: { settlement: { kind: 'ripens', at, comes: 'verified', note: String(note) } } },
    null,
  );

/** What is due now under a number of the receipt's addenda. */
async function dueNow(number: number): Promise<StoredDue> {
  const all = await second.store.addenda.dueIn(owner.vault, world.clock.now(), 100);
  return all.find((one) => one.number === number) ?? expect.fail(`nothing is due under ${number}`);
}

/** Each addendum of the receipt: why it was written, and of which. */
async function steps(): Promise<{ reason: string; addendum: string | null }[]> {
  const { claims } = await readClaims(second, app, receipt);
  return claims.find(({ claim }) => claim === 'settlement')?.history.slice(1) ?? [];
}

it('each piece is looked at once, whichever of two processes comes first, while more is handed in', async () => {
  world.clock.advance(MINUTE);
  const reports = await Promise.all([
    settleEvidence(world.services),
    settleEvidence(second),
    settleEvidence(second),
    handIn(PIECES, world.clock.now() + MINUTE),
    settleEvidence(world.services),
  ]);
  let looked = reports.reduce((sum, one) => sum + ('looked' in one ? one.looked : 0), 0);
  // A vault that another process has written to is let go of; whoever comes with a token opens it again.
  for (let i = 0; looked < PIECES && i < PIECES; i += 1) {
    await enter(second, app, null);
    looked += (await settleEvidence(second)).looked;
  }
  expect(looked).toBe(PIECES);
  const written = await steps();
  expect(written.filter(({ reason }) => reason === 'recheck')).toHaveLength(PIECES);
  expect(written).toHaveLength(2 * PIECES + 1);
  expect(await second.store.addenda.dueCount(world.clock.now() + MINUTE)).toEqual({ pending: 1, due: 1 });
  expect(await settleEvidence(second)).toMatchObject({ looked: 0 });
});

it('what a process has claimed and never looked at is looked at later', async () => {
  world.clock.advance(MINUTE);
  const due = await dueNow(1);
  expect(await second.store.addenda.claimDue(owner.vault, due, world.clock.now() + delayAfter(1))).toBe(true);
  expect(await settleEvidence(world.services)).toMatchObject({ looked: PIECES - 1 });
  world.clock.advance(delayAfter(1));
  expect(await settleEvidence(world.services)).toMatchObject({ looked: 1, changed: 1 });
});

it('a look that ends after another process has looked writes nothing', async () => {
  world.clock.advance(MINUTE);
  const due = await dueNow(1);
  const claimed = { ...due, dueAt: world.clock.now() + 1 };
  expect(await second.store.addenda.claimDue(owner.vault, due, claimed.dueAt)).toBe(true);
  world.clock.advance(1);
  // By now it counts as given up by whoever had claimed it.
  expect(await settleEvidence(world.services)).toMatchObject({ looked: PIECES });
  const { vault } = await enter(second, app, null);
  expect(await lookAgain(second, vault, claimed)).toBe('gone');
  expect((await steps()).filter(({ reason }) => reason === 'recheck')).toHaveLength(PIECES);
});

it('nor does it count as another look, where the piece is still pending', async () => {
  const { added } = await handIn(PIECES, world.clock.now() + 60 * MINUTE);
  world.clock.advance(MINUTE);
  const due = await dueNow(PIECES + 1);
  const claimed = { ...due, dueAt: world.clock.now() + 1 };
  expect(await second.store.addenda.claimDue(owner.vault, due, claimed.dueAt)).toBe(true);
  world.clock.advance(1);
  await settleEvidence(world.services);
  const after = await second.store.addenda.dueOf(owner.vault, receipt);
  expect(after).toMatchObject([{ number: PIECES + 1, looks: 1 }]);
  const { vault } = await enter(second, app, null);
  expect(await lookAgain(second, vault, claimed)).toBe('gone');
  expect(await second.store.addenda.dueOf(owner.vault, receipt)).toEqual(after);
  expect((await steps()).at(-1)?.addendum).not.toBe(added[0]?.addendum);
});
