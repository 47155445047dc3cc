import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a small file system can be mounted here, to be filled up: it takes root on Linux, and a container that allows it. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'memsync-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]).status !== 0) return false;
    return spawnSync('umount', [folder]).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A disk of that size in memory, mounted at a folder that is there. */
export class SmallDisk {
  readonly #folder: string;

  constructor(folder: string, size: string) {
    this.#folder = folder;
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder]);
  }

  grow(size: string): void {
    execFileSync('mount', ['-o', `remount,size=${size}`, this.#folder]);
  }

  /** Takes the disk away, with all that is on it; whoever still has a file open keeps it until it is closed. */
  remove(): void {
    execFileSync('umount', ['-l', this.#folder]);
  }
}
