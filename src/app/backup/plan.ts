import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { type DatabaseFiles, onDisk, syncFile, syncFolder, writeWhole } from './files.ts';
import { Restored } from './restored.ts';

/** The database's name in the data folder; that of one that is being restored; and of the plan that is written once that is complete. */
export const DATABASE = 'memsync.db';
export const NEXT = 'restoring.db';
export const PLAN = 'restoring.json';

/** What the key folder learns of a restore. */
export interface KeyMemory {
  /** Lets each restored vault begin again where its backup stood, and keeps what is lost by that on record. Done twice, it is done once. */
  restored(restored: Restored): void;
}

/** @throws {MemSyncError} `restore_unfinished` while a restore into the folder waits to be finished: what is there may be half of it. */
export function requireFinished(dataFolder: string): void {
  if (existsSync(join(dataFolder, PLAN)))
    throw new MemSyncError('restore_unfinished', `${dataFolder} has the plan of a restore that was interrupted.`);
}

export function writePlan(dataFolder: string, restored: Restored): void {
  onDisk(() => {
    syncFolder(dataFolder);
    const path = join(dataFolder, PLAN);
    writeWhole(path, `${path}.new`, utf8(`${JSON.stringify(restored)}\n`));
    syncFolder(dataFolder);
  });
}

/**
 * Carries out the plan that waits in the data folder: puts the new database in place of the old in one step, tells the key folder, and takes the
 * plan away. Whenever it is interrupted, the old database or the new one is whole and in place, and doing it again finishes it. Null for no plan.
 * @throws {MemSyncError} `restore_unfinished` when the plan does not read, `data_exists`, `data_in_use`, `store_failed`
 */
export function finishRestore(dataFolder: string, files: DatabaseFiles, keys: KeyMemory): Restored | null {
  const plan = join(dataFolder, PLAN);
  if (!existsSync(plan)) return null;
  const restored = readPlan(plan);
  return onDisk(() => {
    if (existsSync(join(dataFolder, NEXT))) swap(dataFolder, files, restored.before);
    keys.restored(restored);
    rmSync(plan);
    syncFolder(dataFolder);
    return restored;
  });
}

function readPlan(path: string): Restored {
  try {
    return Restored.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new MemSyncError('restore_unfinished', `${path} does not read; delete it and restore again.`, { cause });
  }
}

function swap(dataFolder: string, files: DatabaseFiles, before: string | null): void {
  const database = join(dataFolder, DATABASE);
  const next = join(dataFolder, NEXT);
  if (!existsSync(database)) {
    renameSync(next, database);
    syncFolder(dataFolder);
    return;
  }
  if (before === null) throw new MemSyncError('data_exists', `A database has appeared in ${dataFolder} since the restore began.`);
  const release = files.hold(database);
  try {
    mkdirSync(before, { recursive: true, mode: 0o700 });
    for (const file of files.names(database)) keepAside(file, join(before, basename(file)));
    syncFolder(before);
    syncFolder(dirname(before));
    // A write-ahead log that is left over would be played into the new database.
    for (const file of files.names(database).slice(1)) rmSync(file);
    renameSync(next, database);
    syncFolder(dataFolder);
  } finally {
    release();
  }
}

/** Gives the file a second name, or a copy where the file system has no second names. */
function keepAside(from: string, to: string): void {
  rmSync(to, { force: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    syncFile(to);
  }
}
