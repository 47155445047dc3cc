import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { MemSyncError } from '../../core/errors.ts';
import { guarded } from './failure.ts';
import { admitSchema, foreign, migrate, readMigrations, readSchemaState } from './migrate.ts';

export interface SqliteOptions {
  /** The database file; it and its folder are made where there are none. */
  readonly path: string;
  /** Milliseconds to wait for another process's lock; 5,000 unless told otherwise. */
  readonly busyTimeout?: number;
}

const PRAGMAS = [
  'trusted_schema = OFF',
  'cell_size_check = ON',
  'temp_store = MEMORY',
  // Through a memory map a failing disk would kill the process; read calls report it.
  'mmap_size = 0',
  'cache_size = -65536',
  'journal_mode = WAL',
  'synchronous = FULL',
  // Where a plain fsync stops at the drive's cache (macOS).
  'fullfsync = ON',
  'checkpoint_fullfsync = ON',
  'secure_delete = ON',
  // 8 MiB between checkpoints; a longer log, left by a burst, is cut back to 64 MiB.
  'wal_autocheckpoint = 2000',
  'journal_size_limit = 67108864',
];

const FULL = 2;

// Where the database header has them.
const PAGE_SIZE = 16;
const USER_VERSION = 60;
const APPLICATION = 68;

/**
 * Opens a database of ours, or makes one: mode 0600, in a folder that is made with 0700, brought up to the newest schema, every commit fsynced.
 * @throws {MemSyncError} `schema_newer`, `config_invalid` (another program's file) with the file left as it was; `store_failed`, `vault_busy`
 */
export function openDatabase(options: SqliteOptions): Database.Database {
  // An absolute path is never taken for a URI or for a database in memory.
  const path = resolve(options.path);
  const timeout = options.busyTimeout ?? 5000;
  const migrations = readMigrations();
  return guarded(() => {
    makeFile(path);
    admitFile(path, timeout, migrations.length);
    closeToOthers(path);
    const db = new Database(path, { timeout, fileMustExist: true });
    try {
      admitSchema(readSchemaState(db), migrations.length);
      for (const pragma of PRAGMAS) db.pragma(pragma);
      requireDurable(db);
      migrate(db, migrations);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Looks before anything is opened for writing, so that a file that is refused keeps every byte. */
function admitFile(path: string, timeout: number, latest: number): void {
  const header = readHeader(path);
  if (header === null) return;
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0' || header.readUInt16BE(PAGE_SIZE) === 0) throw foreign();
  const applicationId = header.readInt32BE(APPLICATION);
  // 0 may be a file whose first migration is still in its write-ahead log: SQLite can tell.
  if (applicationId !== 0) admitSchema({ applicationId, version: header.readInt32BE(USER_VERSION), empty: false }, latest);
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout });
  try {
    admitSchema(readSchemaState(db), latest);
  } catch (error) {
    // What a crash left to be rolled back can only be judged once that is done, which takes a connection that may write.
    if (!(error instanceof Database.SqliteError) || !/^SQLITE_(?:READONLY|CANTOPEN)/.test(error.code)) throw error;
  } finally {
    db.close();
  }
}

/** The database header, or null for a file without a byte; zeros stand for what a shorter file lacks. */
function readHeader(path: string): Buffer | null {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(100);
    return readSync(file, header) === 0 ? null : header;
  } finally {
    closeSync(file);
  }
}

function makeFile(path: string): void {
  const folder = dirname(path);
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  syncFolder(folder);
  if (first === undefined) return;
  // A new folder survives a power cut once its own parent says that it is there.
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

function syncFolder(folder: string): void {
  let file: number | null = null;
  try {
    file = openSync(folder, 'r');
    fsyncSync(file);
  } catch {
    // Not every system lets a folder be opened; there, its entries are durable without.
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Files that SQLite makes beside the database take their mode from it. */
function closeToOthers(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (existsSync(file) && (statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
}

/** @throws {MemSyncError} `store_failed` when the file system cannot do what an acknowledgement promises. */
function requireDurable(db: Database.Database): void {
  const mode = db.pragma('journal_mode', { simple: true });
  const synchronous = db.pragma('synchronous', { simple: true });
  if (mode === 'wal' && synchronous === FULL) return;
  throw new MemSyncError('store_failed', 'The file system here supports no write-ahead log; put the data on a local disk.');
}
