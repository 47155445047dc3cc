import Database from 'better-sqlite3';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rewrapKeysJob } from '../../jobs/rewrap-keys.ts';
import { runJob } from '../../jobs/run.ts';
import { enter } from '../../src/app/access.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { list } from '../../src/app/list.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { rewrapVault } from '../../src/app/rewrap.ts';
import { MemoryMarks } from '../../src/app/marks.ts';
import { startServices } from '../../src/app/start.ts';
import { systemRandom } from '../../src/core/random.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { makeOwnerRow } from '../../src/sdk/owner-version.ts';
import { parseToken } from '../../src/crypto/token.ts';
import type { TestOwner } from '../support/owner.ts';
import { keysIn, leftIn, openWith, wrappedIn } from '../support/old-keys.ts';
import { rotate } from '../support/rotate.ts';
import { World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;
let kept: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant({ label: 'to be cut off' });
  kept = await owner.grant({ label: 'to remain' });
});
afterEach(() => world.close());

const say = (token: string, ...texts: string[]) => remember(world.services, token, { memories: texts.map((text) => ({ text })) }, null);
const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => `Row number ${from + i} of many`);

/** A row of the owner's own, sealed by hand under the newest key of `default`. */
async function ownerRemembers(text: string): Promise<string> {
  const made = makeOwnerRow(owner.key('default'), { text }, [], [], world.clock.now(), systemRandom);
  await owner.post('remembered', made.act.body, made.beside);
  return made.row;
}

/** Opens the vault with a token and waits until everything that its keys reach has been brought along. */
async function finish(token = kept): Promise<void> {
  const { vault } = await enter(world.services, token, null);
  await rewrapVault(world.services, vault);
}

function sql<T>(statement: string, ...values: (string | number | Uint8Array)[]): T[] {
  const db = new Database(world.database, { readonly: true });
  try {
    return db.prepare<(string | number | Uint8Array)[], T>(statement).all(...values);
  } finally {
    db.close();
  }
}

const epochs = (): unknown => sql('SELECT wrap_epoch AS epoch, count(*) AS rows FROM versions GROUP BY 1 ORDER BY 1');
const pending = (): Promise<number> => world.services.store.rewrapsPending();

describe('after a rotation', () => {
  it('every row key comes under the newest key, in pages, and no row is encrypted anew', async () => {
    await say(kept, ...many(0, 256));
    await say(app, ...many(256, 256));
    await say(kept, ...many(512, 100));
    const before = sql('SELECT row_id, header, sealed_text, commitment, epoch FROM versions ORDER BY row_id');
    await rotate(owner, { revoke: [parseToken(app).grantId] });
    expect(epochs()).toEqual([{ epoch: 1, rows: 612 }]);
    expect(await pending()).toBe(2);
    await finish();
    expect(epochs()).toEqual([{ epoch: 2, rows: 612 }]);
    expect(sql('SELECT row_id, header, sealed_text, commitment, epoch FROM versions ORDER BY row_id')).toEqual(before);
    expect(await pending()).toBe(0);
    const head = await world.services.store.head(owner.vault);
    await finish();
    // Nothing was left to do, and none of it is in the ledger.
    expect(await world.services.store.head(owner.vault)).toEqual(head);
    await world.restart();
    await list(world.services, kept, {});
    const reopened = world.services.vaults.open.get(owner.vault);
    expect([reopened?.rows.size, reopened?.damaged.size]).toEqual([612, 0]);
  });

  it('rotated again before the first was done, everything goes under the last key and both are at their end', async () => {
    await say(kept, ...many(0, 20));
    await rotate(owner);
    await say(kept, ...many(20, 5));
    await rotate(owner);
    await say(kept, ...many(25, 5));
    await finish();
    expect(epochs()).toEqual([{ epoch: 3, rows: 30 }]);
    expect(await pending()).toBe(0);
    await world.restart();
    expect((await list(world.services, kept, { limit: 200 })).memories).toHaveLength(30);
  });

  it('begins by itself when a grant’s keys are opened', async () => {
    await say(kept, ...many(0, 30));
    await rotate(owner);
    await world.restart();
    expect(await pending()).toBe(2);
    await list(world.services, kept, {});
    await expect.poll(pending).toBe(0);
    expect(epochs()).toEqual([{ epoch: 2, rows: 30 }]);
  });

  it('waits for a key: the job alone has none, and goes on once a vault is open', async () => {
    await say(kept, ...many(0, 30));
    await rotate(owner);
    await world.restart();
    expect(await runJob(world.services, rewrapKeysJob, { worker: 'test' })).toMatchObject({
      outcome: 'done',
      report: { rows: 0, pending: 2, failed: 0 },
    });
    await list(world.services, kept, {});
    expect(await runJob(world.services, rewrapKeysJob, { worker: 'test' })).toMatchObject({ report: { pending: 0, failed: 0 } });
    expect(epochs()).toEqual([{ epoch: 2, rows: 30 }]);
  });

  it('goes by the ledger, where nothing is recorded of a rotation', async () => {
    await say(kept, ...many(0, 30));
    await rotate(owner);
    await world.restart(() => {
      const db = new Database(world.database);
      db.exec('DELETE FROM rewraps');
      db.close();
    });
    await finish();
    expect(epochs()).toEqual([{ epoch: 2, rows: 30 }]);
    expect((await world.services.store.rewraps(owner.vault)).map(({ doneAt }) => doneAt !== null)).toEqual([true, true]);
  });

  it('is not said to be done while a reader keeps what was there before in the files', async () => {
    await say(kept, ...many(0, 30));
    const reader = new Database(world.database, { readonly: true });
    try {
      reader.prepare('BEGIN').run();
      reader.prepare('SELECT count(*) FROM versions').get();
      await rotate(owner);
      await finish();
      expect(epochs()).toEqual([{ epoch: 2, rows: 30 }]);
      expect(await pending()).toBe(2);
    } finally {
      reader.close();
    }
    expect(await runJob(world.services, rewrapKeysJob, { worker: 'test' })).toMatchObject({ report: { pending: 0 } });
  });

  it('what is kept of receipts and retrievals comes along, too', async () => {
    const rows = await say(kept, 'Plays the cello', 'Has a cello teacher');
    const served = await retrieve(world.services, kept, { query: 'cello' });
    const { id, bundle } = await issueReceipt(
      world.services,
      kept,
      { retrievalId: served.id, model: { label: 'm' }, output: { text: 'x' } },
      null,
    );
    const waiting = await retrieve(world.services, kept, { query: 'teacher' }, 'a key');
    const records = (): unknown[] => [
      ...sql('SELECT sealed FROM receipts'),
      ...sql('SELECT sealed FROM receipt_rows'),
      ...sql('SELECT sealed FROM retrievals ORDER BY id'),
    ];
    const before = records();
    await rotate(owner, { revoke: [parseToken(app).grantId] });
    expect((await readReceipt(world.services, kept, id)).bundle.disclosures).toEqual(bundle.disclosures);
    await finish();
    const after = records();
    expect(after).toHaveLength(5);
    for (const [i, record] of after.entries()) expect(record).not.toEqual(before[i]);
    await world.restart();
    expect((await readReceipt(world.services, kept, id)).bundle.disclosures).toEqual(bundle.disclosures);
    expect(await retrieve(world.services, kept, { query: 'teacher' }, 'a key')).toEqual(waiting);
    expect(rows.memories).toHaveLength(2);
  });

  it('the vault is searched and written to all the while', async () => {
    for (let i = 0; i < 80; i++) await say(kept, ...many(i * 256, 256));
    await rotate(owner, { revoke: [parseToken(app).grantId] });
    const { vault } = await enter(world.services, kept, null);
    const running = { now: true };
    const run = rewrapVault(world.services, vault).finally(() => (running.now = false));
    let meanwhile = 0;
    for (let i = 0; running.now; i++) {
      const { rows } = await retrieve(world.services, kept, { query: `number ${i}` });
      expect(rows.length).toBeGreaterThan(0);
      await say(kept, `Said while keys were wrapped anew, ${i}`);
      meanwhile += 1;
    }
    await run;
    expect(meanwhile).toBeGreaterThan(5);
    expect(epochs()).toEqual([{ epoch: 2, rows: 80 * 256 + meanwhile }]);
  });

  it('several processes at once do no harm', async () => {
    for (let i = 0; i < 8; i++) await say(kept, ...many(i * 256, 256));
    await rotate(owner);
    const store = openSqliteStore({ path: world.database });
    const { logSigner, receiptSigner } = world.keys;
    const limits = { idleMs: 900_000, memoryBudget: 2 ** 30 };
    const other = await startServices({
      store,
      clock: world.clock,
      random: systemRandom,
      marks: new MemoryMarks(),
      logSigner,
      receiptSigner,
      limits,
      build: 'test',
    });
    try {
      const [here, there] = [await enter(world.services, kept, null), await enter(other, kept, null)];
      await Promise.all([rewrapVault(world.services, here.vault), rewrapVault(other, there.vault), say(kept, 'Said meanwhile')]);
      expect(epochs()).toEqual([{ epoch: 2, rows: 2049 }]);
      expect(await pending()).toBe(0);
    } finally {
      await other.writer.stop();
      await store.close();
    }
    await world.restart();
    expect((await retrieve(world.services, kept, { query: 'number 2047' })).rows).not.toEqual([]);
    expect(world.services.vaults.open.get(owner.vault)?.damaged.size).toBe(0);
  });

  it('a row whose key somebody has replaced stays as it is, does not open, and holds nothing up', async () => {
    const { memories } = await say(kept, 'Plays the cello', 'Has two cats');
    await world.restart(() => {
      const db = new Database(world.database);
      db.prepare('UPDATE versions SET wrapped_key = (SELECT wrapped_key FROM versions WHERE row_id = ?) WHERE row_id = ?').run(
        Buffer.from((memories[0]?.id ?? '').slice(4), 'hex'),
        Buffer.from((memories[1]?.id ?? '').slice(4), 'hex'),
      );
      db.close();
    });
    await rotate(owner);
    await finish();
    expect(epochs()).toEqual([
      { epoch: 1, rows: 1 },
      { epoch: 2, rows: 1 },
    ]);
    expect(await pending()).toBe(0);
    expect(world.services.vaults.open.get(owner.vault)?.damaged).toEqual(new Map([[memories[1]?.id, 'row_unopenable']]));
  });
});

describe('a row that comes under a key that is not at hand yet', () => {
  it('is opened with the next token that brings it', async () => {
    await say(kept, 'Plays the cello');
    await rotate(owner);
    // The owner writes under the new key while the vault in memory still has the old one alone.
    const id = await ownerRemembers('Has two cats');
    expect(world.services.vaults.open.get(owner.vault)?.rows.has(id)).toBe(false);
    expect((await list(world.services, kept, {})).memories.map(({ text }) => text)).toContain('Has two cats');
  });
});

describe('what a revoked app keeps', () => {
  it('its token with its boxes from an old copy opens nothing in a copy of the database as it is then', async () => {
    await say(kept, 'Said before the rotation', 'Said before it, too');
    const served = await retrieve(world.services, kept, { query: 'rotation' });
    const about = { retrievalId: served.id, model: { label: 'm' }, output: { text: 'x' } };
    await issueReceipt(world.services, kept, about, null);
    const old = join(world.folder, 'old.db');
    await world.restart(() => copyFileSync(world.database, old));
    const stolen = await keysIn(old, app);
    expect(stolen).toHaveLength(2);
    const wrapped = (await Promise.all(stolen.map((key) => wrappedIn(old, key)))).flat();
    // The attack is a real one: it opens all that there was.
    expect(await openWith(old, stolen)).toMatchObject({ texts: { length: 2 }, records: 3 });
    expect(leftIn(old, wrapped)).toBe(2);
    await rotate(owner, { revoke: [parseToken(app).grantId] });
    await say(kept, 'Said after it');
    await finish();
    // Not even in the service's files as they are while it runs.
    expect(leftIn(world.database, wrapped)).toBe(0);
    await world.stop();
    expect(await keysIn(world.database, app)).toEqual([]);
    expect(await openWith(world.database, stolen)).toEqual({ texts: [], records: 0 });
    // Who remains opens everything, by the same means.
    const own = await keysIn(world.database, kept);
    const current = own.filter(({ name }) => name.epoch === 2);
    expect((await openWith(world.database, current)).texts.toSorted()).toEqual([
      'Said after it',
      'Said before it, too',
      'Said before the rotation',
    ]);
  });
});
