import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MemSyncError } from '../../core/errors.ts';

/** What `work` gives. @throws {MemSyncError} `store_failed` in place of what the file system throws */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new MemSyncError('store_failed', `A file cannot be used: ${error.message}.`, { cause: error });
  }
}

/** Writes a file whole or not at all, durable when it returns: beside it first, under `path` and `.tmp`. Readable by its owner alone. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.tmp`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the entries of a folder durable, where the system lets a folder be opened. */
export async function syncFolder(path: string): Promise<void> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    await file.sync();
  } catch {
    // Not every system lets a folder be opened; there, its entries are durable without.
  } finally {
    await file?.close();
  }
}
