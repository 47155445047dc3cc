import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { hex } from '../core/bytes.ts';
import { systemRandom } from '../core/random.ts';

/** Writes a file whole or not at all, readable by its owner alone; on the disk, under its name, when this returns. Writers at once do not mix. */
export function writePrivateFile(path: string, text: string): void {
  const beside = `${path}.${hex(systemRandom.bytes(8))}.new`;
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(beside, 0o600);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes a folder that its owner alone reads, with those above it where there are none. Returns the topmost one that was made, or null. */
export function makePrivateFolder(path: string): string | null {
  const made = mkdirSync(path, { recursive: true, mode: 0o700 }) ?? null;
  if (made === null) return null;
  for (let folder = path; folder.length >= made.length; folder = dirname(folder)) syncFolder(dirname(folder));
  return made;
}

/** Has the disk keep which files a folder holds, and under what names. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
