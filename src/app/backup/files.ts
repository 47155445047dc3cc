import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { MemSyncError } from '../../core/errors.ts';
import type { Store } from '../../store/store.ts';

/** What backing up needs of the kind of store that is in use: the store's own way to its files. */
export interface DatabaseFiles {
  /** Copies one consistent state of a database that may be in use, into a new file. */
  copy(from: string, to: string, progress: (done: number, total: number) => void): Promise<void>;
  /** Goes through a copied database; returns its schema's version. @throws {MemSyncError} `backup_broken` */
  check(path: string): number;
  open(path: string): Store;
  /** The files that the database consists of, itself first. */
  names(path: string): readonly string[];
  /** Sees that nobody else has the database open. @throws {MemSyncError} `data_in_use` */
  requireFree(path: string): void;
  /** Takes the database for this process alone; returns how to give it back. @throws {MemSyncError} `data_in_use` */
  hold(path: string): () => void;
}

/** How far a backup or a restore has come: `done` of `total` bytes, pages or vaults of a step. */
export type Progress = (step: string, done: number, total: number) => void;

/** Runs `work`. @throws {MemSyncError} `store_failed` in place of what the file system threw. */
export function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) throw error;
    throw new MemSyncError('store_failed', `A file cannot be used: ${error.message}.`, { cause: error });
  }
}

/** Writes a file whole or not at all: beside, fsynced, then renamed. Readable by its owner alone. */
export function writeWhole(path: string, beside: string, bytes: Uint8Array): void {
  writeNew(beside, bytes);
  syncFile(beside);
  renameSync(beside, path);
}

/** Writes a file, readable by its owner alone; what a power cut leaves of it is not said. */
export function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w', 0o600);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  } finally {
    closeSync(file);
  }
}

/** Makes a file's bytes durable. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the entries of a folder durable, where the system lets a folder be opened. */
export function syncFolder(path: string): void {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    fsyncSync(file);
  } catch {
    // Not every system lets a folder be opened; there, its entries are durable without.
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** The file's bytes in pieces of `size`, the last one shorter; each piece is overwritten by the next. */
export function* pieces(path: string, size: number): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(size);
    for (;;) {
      let held = 0;
      for (;;) {
        const read = readSync(file, buffer, held, size - held, null);
        held += read;
        if (read === 0 || held === size) break;
      }
      if (held > 0) yield buffer.subarray(0, held);
      if (held < size) return;
    }
  } finally {
    closeSync(file);
  }
}
