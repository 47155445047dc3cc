import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { eraseAgain } from '../../src/app/backup/erase-again.ts';
import { list, show } from '../../src/app/list.ts';
import { MemoryMarks } from '../../src/app/marks.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { systemRandom } from '../../src/core/random.ts';
import { parseToken } from '../../src/crypto/token.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';

let world: World;
let elsewhere: Services;
let forgotten: number;
let owner: TestOwner;
let app: string;

/** Two services on one file, as two processes would be; what one erases, the other has in memory. */
beforeEach(async () => {
  world = await World.open();
  forgotten = 0;
  elsewhere = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: world.keys.logSigner,
    receiptSigner: world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    forgetSoon: () => (forgotten += 1),
    build: 'test',
  });
  owner = await world.owner();
  app = await owner.grant();
});
afterEach(async () => {
  await stopServices(elsewhere);
  await world.close();
});

async function say(text: string): Promise<Memory> {
  const { memories } = await remember(world.services, app, { memories: [{ text }] }, null);
  return memories[0] as Memory;
}

it('another process that nobody asks lets go of what is erased, and of what is cut off', async () => {
  const [row, kept] = [await say('Is allergic to hazelnuts'), await say('Plays the cello')];
  const other = await owner.grant();
  expect((await list(elsewhere, app, {})).memories).toHaveLength(2);
  await list(elsewhere, other, {});
  const before = elsewhere.vaults.open.get(owner.vault);
  expect(before?.rows.get(row.id)?.text).toBe('Is allergic to hazelnuts');
  await elsewhere.vaults.follow();
  expect([elsewhere.vaults.open.get(owner.vault) === before, forgotten]).toEqual([true, 0]);

  await owner.post('erased', { scope: 'rows', rows: [row.id] });
  await elsewhere.vaults.follow();
  expect([before?.rows.size, elsewhere.vaults.open.get(owner.vault)?.rows.size, forgotten]).toEqual([0, 0, 1]);
  expect((await list(elsewhere, app, {})).memories.map(({ id }) => id)).toEqual([kept.id]);
  await expect(show(elsewhere, app, row.id)).rejects.toMatchObject({ code: 'memory_erased' });

  const collection = owner.key('default').name.collection;
  const key = elsewhere.vaults.open.get(owner.vault)?.key(collection).key.reveal() ?? new Uint8Array(0);
  expect(key.some((byte) => byte !== 0)).toBe(true);
  await owner.post('revoked', { grant: parseToken(app).grantId });
  await elsewhere.vaults.follow();
  expect(forgotten).toBe(2);
  expect(key.every((byte) => byte === 0)).toBe(true);
  await expect(list(elsewhere, app, {})).rejects.toMatchObject({ code: 'grant_revoked' });
  expect((await list(elsewhere, other, {})).memories.map(({ id }) => id)).toEqual([kept.id]);
});

it('what a restore erases again is not kept by a process that is running either', async () => {
  const [row, kept] = [await say('Is allergic to hazelnuts'), await say('Plays the cello')];
  await list(elsewhere, app, {});
  const before = elsewhere.vaults.open.get(owner.vault);
  const again = { vault: owner.vault, event: 'ab'.repeat(32), what: { scope: 'rows' as const, rows: [row.id] } };
  expect(await eraseAgain(world.services.store, owner.vault, [again], world.clock.now())).toBe(1);
  await elsewhere.vaults.follow();
  expect([before?.rows.size, forgotten]).toEqual([0, 1]);
  await expect(show(elsewhere, app, row.id)).rejects.toMatchObject({ code: 'memory_erased' });
  expect((await list(elsewhere, app, {})).memories.map(({ id }) => id)).toEqual([kept.id]);
});

it('what another process has laid out of it before it was erased is kept nowhere', async () => {
  const row = await say('Is allergic to hazelnuts');
  const { id } = await retrieve(elsewhere, app, { query: 'hazelnuts' }, 'k');
  expect(await elsewhere.store.retrieval(owner.vault, id)).not.toBeNull();
  await owner.post('erased', { scope: 'rows', rows: [row.id] });
  expect(await elsewhere.store.retrieval(owner.vault, id)).toBeNull();
  // At the same key, from the process that has had it in memory: nothing of it.
  const again = await retrieve(elsewhere, app, { query: 'hazelnuts' }, 'k');
  expect([again.rows, again.context.includes('hazelnuts')]).toEqual([[], false]);
});
