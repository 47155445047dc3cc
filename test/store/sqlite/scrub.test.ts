import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { change, collectionId, commitOf, hash, rowId, vaultId, version } from '../samples.ts';
import { temporaryFolder } from './temporary.ts';

const A = vaultId('a');

it('scrubbing takes what was replaced out of the very files, once nobody reads it any more', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const store = openSqliteStore({ path });
  const before = version(1);
  const wrap = { collection: collectionId(1), row: rowId(1), version: 1, wrapEpoch: 3, wrappedKey: hash('anew') };
  const holds = (bytes: Uint8Array): boolean => [path, `${path}-wal`].some((file) => readFileSync(file).includes(Buffer.from(bytes)));
  try {
    await store.commit(commitOf(change(A, null, 0, { versions: [before] })));
    const reader = new Database(path, { readonly: true });
    try {
      reader.prepare('BEGIN').run();
      expect(reader.prepare('SELECT count(*) FROM versions').pluck().get()).toBe(1);
      await store.commit(commitOf(change(A, 0, 0, { rewrapped: [wrap] })));
      expect(holds(before.wrappedKey)).toBe(true);
      expect(await store.scrub()).toBe(false);
      reader.prepare('COMMIT').run();
    } finally {
      reader.close();
    }
    expect(await store.scrub()).toBe(true);
    expect(holds(before.wrappedKey)).toBe(false);
    expect(holds(wrap.wrappedKey)).toBe(true);
    expect(statSync(`${path}-wal`).size).toBe(0);
  } finally {
    await store.close();
  }
});
