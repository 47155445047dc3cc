import Database from 'better-sqlite3';
import { MemSyncError } from '../../core/errors.ts';

/**
 * What the caller is told of an error: `vault_busy` when another process held the lock for too long, `store_failed` for anything else that
 * SQLite or the file system refuses. Errors of our own pass as they are.
 */
function translate(error: unknown): unknown {
  if (error instanceof Database.SqliteError) {
    const busy = error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED');
    if (busy) return new MemSyncError('vault_busy', 'Another process holds the database; nothing was written.', { cause: error });
    return new MemSyncError('store_failed', `The database answered ${error.code}; nothing was written.`, { cause: error });
  }
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    return new MemSyncError('store_failed', `The database’s file or folder cannot be used: ${String(error.code)}.`, { cause: error });
  }
  return error;
}

/** Runs `work`. @throws {MemSyncError} `vault_busy` or `store_failed` in place of what SQLite or the file system threw. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}
