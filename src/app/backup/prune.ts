import { isMemSyncError } from '../../core/errors.ts';
import { onDisk } from './files.ts';
import type { BackupFolder } from './folder.ts';
import { type Manifest, verifyManifest } from './manifest.ts';

/** What pruning came to. */
export interface Pruned {
  readonly removed: readonly string[];
  /** Blocks that no backup needs any more. */
  readonly blocks: number;
  /** Backups whose manifests do not read or are not ours. While there are any, no block is deleted: who knows what they need. */
  readonly unreadable: readonly string[];
}

/** The manifests of a folder, the oldest first, and the backups that have none which one of these keys has signed. */
export function readManifests(folder: BackupFolder, publicKeys: readonly Uint8Array[]): { manifests: Manifest[]; unreadable: string[] } {
  const manifests: Manifest[] = [];
  const unreadable: string[] = [];
  for (const id of folder.ids()) {
    try {
      manifests.push(verifyManifest(folder.read(id), publicKeys));
    } catch (error) {
      if (!isMemSyncError(error, 'backup_broken') && !isMemSyncError(error, 'key_untrusted')) throw error;
      unreadable.push(id);
    }
  }
  return { manifests, unreadable };
}

/**
 * Deletes all but the `keep` newest backups, then the blocks that none of those needs: in that order, so that whenever it is broken off, every
 * backup that is listed is whole.
 * @throws {MemSyncError} `store_failed`
 */
export function pruneBackups(folder: BackupFolder, keep: number, publicKeys: readonly Uint8Array[]): Pruned {
  const { manifests, unreadable } = readManifests(folder, publicKeys);
  const removed = manifests.slice(0, -keep).map(({ id }) => id);
  folder.remove(removed);
  if (unreadable.length > 0) return { removed, blocks: 0, unreadable };
  const needed = new Set(manifests.slice(-keep).flatMap(({ database }) => database.blocks));
  return { removed, blocks: onDisk(() => folder.blocks.sweep(needed)), unreadable };
}
