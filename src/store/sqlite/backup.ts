import { closeSync, existsSync, fsyncSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { MemSyncError } from '../../core/errors.ts';
import { guarded } from './failure.ts';
import { admitSchema, readMigrations, readSchemaState } from './migrate.ts';

/** Pages copied before others of this process get their turn: 8 MiB. */
const STEP = 2048;
const BUSY_MS = 10_000;

/**
 * Copies a database that may be in use, page for page, into a new file: one consistent state, the last that had been committed when the copying
 * began. A read transaction holds that state, so writers go on meanwhile, and the copying does not begin anew with each of their commits; only
 * the write-ahead log cannot be cut back until it ends.
 * @throws {MemSyncError} `config_invalid` when it is another program's file, `schema_newer`, `store_failed` (the disk is full), `vault_busy`
 */
export async function copyDatabase(from: string, to: string, progress: (done: number, total: number) => void): Promise<void> {
  const db = guarded(() => new Database(resolve(from), { fileMustExist: true, timeout: BUSY_MS }));
  try {
    guarded(() => {
      closeSync(openSync(to, 'wx', 0o600));
      admitSchema(readSchemaState(db), readMigrations().length);
      db.exec('BEGIN');
      // It is the first look that takes the snapshot.
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
    });
    await db.backup(resolve(to), {
      progress: ({ totalPages, remainingPages }) => {
        progress(totalPages - remainingPages, totalPages);
        return STEP;
      },
    });
    guarded(() => syncFile(to));
  } catch (error) {
    return guarded(() => {
      throw error;
    });
  } finally {
    db.close();
  }
}

/**
 * Has SQLite go through a copied database, every page and index of it. Returns its schema's version.
 * @throws {MemSyncError} `backup_broken` naming the first thing that is wrong; `config_invalid`, `schema_newer`, `store_failed`
 */
export function checkDatabase(path: string): number {
  return guarded(() => {
    const db = new Database(resolve(path), { fileMustExist: true });
    try {
      const state = readSchemaState(db);
      admitSchema(state, readMigrations().length);
      const found = String(db.pragma('integrity_check(1)', { simple: true }));
      if (found !== 'ok') throw new MemSyncError('backup_broken', `SQLite finds the database damaged: ${found}.`);
      return state.version;
    } catch (error) {
      if (error instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code))
        throw new MemSyncError('backup_broken', `SQLite finds the database damaged: ${error.code}.`, { cause: error });
      throw error;
    } finally {
      db.close();
    }
  });
}

/** The files that a database consists of, those of them that there are; the database itself first. */
export function databaseFiles(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`, `${path}-journal`].filter((file) => existsSync(file));
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Sees that nobody else has a database open, and changes nothing in it. A file that SQLite cannot read passes.
 * @throws {MemSyncError} `data_in_use`; `store_failed`
 */
export function requireFree(path: string): void {
  alone(path, ['locking_mode = EXCLUSIVE', 'user_version'])?.close();
}

/**
 * Takes a database for this process alone, with its write-ahead log folded into it, so that it is one file that nobody else has open; returns how
 * to give it back. A file that SQLite cannot read is taken as it is.
 * @throws {MemSyncError} `data_in_use` while another process has it open; `store_failed`
 */
export function holdDatabase(path: string): () => void {
  const db = alone(path, ['journal_mode = DELETE']);
  return () => void db?.close();
}

/** Null for a file that is no database: SQLite would clear away the log beside it. */
function alone(path: string, pragmas: readonly string[]): Database.Database | null {
  return guarded(() => {
    if (firstBytes(path, 15) !== 'SQLite format 3') return null;
    const db = new Database(resolve(path), { fileMustExist: true, timeout: 1000 });
    try {
      for (const pragma of pragmas) db.pragma(pragma);
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      if (error instanceof Database.SqliteError && /^SQLITE_(?:BUSY|LOCKED)/.test(error.code)) {
        db.close();
        throw new MemSyncError('data_in_use', `Another process has ${path} open.`, { cause: error });
      }
      if (!(error instanceof Database.SqliteError)) throw error;
    }
    return db;
  });
}

function firstBytes(path: string, length: number): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
