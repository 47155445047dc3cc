import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemSyncError } from '../../../src/core/errors.ts';
import { openDatabase } from '../../../src/store/sqlite/open.ts';
import { openSqliteStore, SqliteStore } from '../../../src/store/sqlite/store.ts';
import { change, everything, fullChange, logChange, retrieval, row, vaultId, version } from '../samples.ts';
import { temporaryFolder } from './temporary.ts';

const A = vaultId('a');
const B = vaultId('b');
const FIRST = { vaults: [fullChange(A, null, 2), change(B, null, 1)], log: logChange(0, 2) };
const LARGE = {
  vaults: [
    change(A, 2, 60, {
      versions: Array.from({ length: 60 }, (_, n) => version(100 + n)),
      rows: [row(1, null, 'dormant')],
      retrievals: [retrieval(3)],
    }),
    change(B, 1, 60),
  ],
  log: logChange(2, 9),
};

it('writes nothing when the disk is full, and goes on when there is room', async () => {
  const db = openDatabase({ path: join(temporaryFolder(), 'memsync.sqlite') });
  const store = new SqliteStore(db);
  await store.commit(FIRST);
  const before = await everything(store, [A, B]);
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 4}`);
  await expect(store.commit(LARGE)).rejects.toMatchObject({ code: 'store_failed', cause: { code: 'SQLITE_FULL' } });
  expect(await everything(store, [A, B])).toEqual(before);
  db.pragma('max_page_count = 1000000');
  await store.commit(LARGE);
  expect((await store.head(A))?.seq).toBe(60);
  await store.close();
});

it('says that it cannot write where nothing may be written', async () => {
  const db = openDatabase({ path: join(temporaryFolder(), 'memsync.sqlite') });
  const store = new SqliteStore(db);
  await store.commit(FIRST);
  const before = await everything(store, [A, B]);
  db.pragma('query_only = ON');
  await expect(store.commit(LARGE)).rejects.toMatchObject({ code: 'store_failed', cause: { code: 'SQLITE_READONLY' } });
  await expect(store.claimTick('demote-stale', 0, 'w', 0, 0)).rejects.toMatchObject({ code: 'store_failed' });
  expect(await everything(store, [A, B])).toEqual(before);
  await store.close();
});

it('waits for another process no longer than it is told to, then writes nothing', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const store = openSqliteStore({ path, busyTimeout: 20 });
  await store.commit(FIRST);
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  await expect(store.commit(LARGE)).rejects.toMatchObject({ code: 'vault_busy' });
  await expect(store.setMeta('a', 'b')).rejects.toMatchObject({ code: 'vault_busy' });
  expect((await store.head(A))?.seq).toBe(2);
  other.exec('ROLLBACK');
  other.close();
  await store.commit(LARGE);
  expect((await store.head(A))?.seq).toBe(60);
  await store.close();
});

it('reads what was there before while another process is writing', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const store = openSqliteStore({ path, busyTimeout: 20 });
  await store.commit(FIRST);
  const before = await everything(store, [A, B]);
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE; DELETE FROM events; DELETE FROM row_states; DELETE FROM log');
  expect(await everything(store, [A, B])).toEqual(before);
  other.exec('ROLLBACK');
  other.close();
  await store.close();
});

it('answers any altered byte with what it reads or with a coded error', async () => {
  const folder = temporaryFolder();
  const original = join(folder, 'original.sqlite');
  const path = join(folder, 'altered.sqlite');
  const store = openSqliteStore({ path: original });
  await store.commit(FIRST);
  await store.close();
  const bytes = readFileSync(original);
  const used = [...bytes.keys()].filter((offset) => bytes[offset] !== 0);
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...used), fc.integer({ min: 1, max: 255 }), async (offset, mask) => {
      copyFileSync(original, path);
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(offset) ^ mask, offset);
      writeFileSync(path, altered);
      for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
      let opened: ReturnType<typeof openSqliteStore> | null = null;
      try {
        opened = openSqliteStore({ path });
        expect(await everything(opened, [A, B])).toBeDefined();
      } catch (error) {
        expect(error).toBeInstanceOf(MemSyncError);
        refused += 1;
      } finally {
        await opened?.close().catch((error: unknown) => expect(error).toBeInstanceOf(MemSyncError));
      }
    }),
    { numRuns: 150 },
  );
  expect(refused).toBeGreaterThan(0);
});
