import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { readMigrations } from '../../../src/store/sqlite/migrate.ts';
import { openDatabase } from '../../../src/store/sqlite/open.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { change, commitOf, vaultId } from '../samples.ts';
import { temporaryFolder } from './temporary.ts';

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Every file of a folder that has bytes, and they. SQLite may leave empty files and its scratch index (`-shm`) beside a database. */
const contents = (folder: string): unknown =>
  readdirSync(folder)
    .filter((name) => !name.endsWith('-shm'))
    .map((name) => [name, readFileSync(join(folder, name), 'base64')])
    .filter(([, bytes]) => bytes !== '');

/** A database of ours, closed, whose schema says that it is of version `version`. */
function databaseOfVersion(path: string, version: number): void {
  const db = openDatabase({ path });
  db.pragma(`user_version = ${version}`);
  db.close();
}

it('is durable: these settings hold on the connection that writes', () => {
  const db = openDatabase({ path: join(temporaryFolder(), 'memsync.sqlite') });
  const settings = (...names: string[]) => Object.fromEntries(names.map((name) => [name, db.pragma(name, { simple: true })]));
  expect(settings('journal_mode', 'synchronous', 'fullfsync', 'checkpoint_fullfsync')).toEqual({
    journal_mode: 'wal',
    synchronous: 2,
    fullfsync: 1,
    checkpoint_fullfsync: 1,
  });
  expect(settings('secure_delete', 'trusted_schema', 'cell_size_check', 'busy_timeout')).toEqual({
    secure_delete: 1,
    trusted_schema: 0,
    cell_size_check: 1,
    busy_timeout: 5000,
  });
  expect(settings('mmap_size', 'cache_size', 'wal_autocheckpoint', 'journal_size_limit', 'temp_store')).toEqual({
    mmap_size: 0,
    cache_size: -65_536,
    wal_autocheckpoint: 2000,
    journal_size_limit: 67_108_864,
    temp_store: 2,
  });
  expect(settings('application_id', 'user_version')).toEqual({ application_id: 0x4d_53_79_6e, user_version: readMigrations().length });
  db.close();
});

it('makes files and folders that are nobody else’s', async () => {
  const outer = join(temporaryFolder(), 'outer');
  const path = join(outer, 'data', 'memsync.sqlite');
  const store = openSqliteStore({ path });
  await store.commit(commitOf(change(vaultId('a'), null, 0)));
  expect([outer, join(outer, 'data')].map(mode)).toEqual(['700', '700']);
  expect([path, `${path}-wal`, `${path}-shm`].map(mode)).toEqual(['600', '600', '600']);
  await store.close();
});

it('closes to others a file that was open to them, and leaves a folder that was there as it is', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'memsync.sqlite');
  await openSqliteStore({ path }).close();
  chmodSync(path, 0o644);
  chmodSync(folder, 0o755);
  const store = openSqliteStore({ path });
  await store.setMeta('a', 'b');
  expect([folder, path, `${path}-wal`].map(mode)).toEqual(['755', '600', '600']);
  await store.close();
});

it('takes any path for the path of a file', async () => {
  const folder = temporaryFolder();
  for (const name of [':memory:', 'file:x?mode=memory']) {
    await openSqliteStore({ path: join(folder, name) }).close();
    expect(existsSync(join(folder, name))).toBe(true);
  }
});

it('leaves nothing in the write-ahead log when it closes', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const other = openDatabase({ path });
  const store = openSqliteStore({ path });
  await store.setMeta('a', 'b');
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  await store.close();
  expect(statSync(`${path}-wal`).size).toBe(0);
  other.close();
});

it('refuses a database that a newer version wrote, every byte as it was', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'memsync.sqlite');
  databaseOfVersion(path, readMigrations().length + 1);
  const before = contents(folder);
  expect(() => openSqliteStore({ path })).toThrow(expect.objectContaining({ code: 'schema_newer' }));
  expect(contents(folder)).toEqual(before);
  expect(readdirSync(folder)).toEqual(['memsync.sqlite']);
});

it('refuses it too when the newer version was killed, and says so only in the write-ahead log', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'memsync.sqlite');
  const newer = openDatabase({ path });
  newer.pragma('wal_checkpoint(TRUNCATE)');
  newer.pragma(`user_version = ${readMigrations().length + 1}`);
  newer.exec('CREATE TABLE added (x)');
  const killed = join(folder, 'killed');
  mkdirSync(killed);
  for (const end of ['', '-wal']) copyFileSync(path + end, join(killed, `memsync.sqlite${end}`));
  newer.close();
  const before = contents(killed);
  expect(() => openSqliteStore({ path: join(killed, 'memsync.sqlite') })).toThrow(expect.objectContaining({ code: 'schema_newer' }));
  expect(contents(killed)).toEqual(before);
});

it('stops writing when a newer version migrates the file while it is open', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const store = openSqliteStore({ path });
  await store.setMeta('a', 'before');
  databaseOfVersion(path, readMigrations().length + 1);
  await expect(store.setMeta('a', 'after')).rejects.toMatchObject({ code: 'schema_newer' });
  await expect(store.commit(commitOf(change(vaultId('a'), null, 0)))).rejects.toMatchObject({ code: 'schema_newer' });
  expect(await store.meta('a')).toBe('before');
  expect(await store.vaultCount()).toBe(0);
  await store.close();
});

const FOREIGN: Readonly<Record<string, (path: string) => void>> = {
  'another program’s database': (path) => new Database(path).exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)').close(),
  'one that names its program': (path) => new Database(path).exec('PRAGMA application_id = 77; CREATE TABLE t (x)').close(),
  'one that has a version and nothing else': (path) => new Database(path).exec('PRAGMA user_version = 1').close(),
  'one with a write-ahead log': (path) => new Database(path).exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)').close(),
  'a text': (path) => writeFileSync(path, 'Dear diary, '.repeat(1000)),
  'a short text': (path) => writeFileSync(path, 'hello'),
  'the first bytes of a database': (path) => writeFileSync(path, 'SQLite format 3\0'),
};

it.each(Object.entries(FOREIGN))('refuses %s, every byte and its mode as they were', (_, make) => {
  const folder = temporaryFolder();
  const path = join(folder, 'memsync.sqlite');
  make(path);
  chmodSync(path, 0o640);
  const before = contents(folder);
  expect(() => openSqliteStore({ path })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  expect(contents(folder)).toEqual(before);
  expect(mode(path)).toBe('640');
});

it('fills a file that is there and empty', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  writeFileSync(path, '');
  const store = openSqliteStore({ path });
  expect(await store.vaultCount()).toBe(0);
  await store.close();
});

it('goes on where a process was killed that had only begun to make the database', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'memsync.sqlite');
  const begun = new Database(path);
  begun.pragma('journal_mode = WAL');
  begun.close();
  expect(statSync(path).size).toBeGreaterThan(0);
  const store = openSqliteStore({ path });
  await store.commit(commitOf(change(vaultId('a'), null, 0)));
  expect(await store.vaultCount()).toBe(1);
  await store.close();
});

it('says that a folder cannot be used', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(() => openSqliteStore({ path: join(folder, 'file', 'memsync.sqlite') })).toThrow(
    expect.objectContaining({ code: 'store_failed' }),
  );
});
