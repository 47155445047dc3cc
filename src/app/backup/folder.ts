import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { Blocks } from './blocks.ts';
import { onDisk, syncFolder, writeWhole } from './files.ts';
import { isBackupId, parseManifest, type ReadManifest } from './manifest.ts';

/**
 * A folder of backups: `backups/` has a signed manifest for each, `blocks/` what they consist of, shared among them. One process at a time works
 * in it; what a process that was killed has left in `unfinished/` is cleared away.
 */
export class BackupFolder {
  readonly path: string;
  readonly blocks: Blocks;

  private constructor(path: string) {
    this.path = path;
    this.blocks = new Blocks(join(path, 'blocks'), join(path, 'unfinished'));
  }

  /** Makes the folder where there is none. @throws {MemSyncError} `config_invalid` when something else is kept there; `store_failed` */
  static make(path: string): BackupFolder {
    onDisk(() => {
      if (existsSync(path) && !isOurs(path)) throw new MemSyncError('config_invalid', `${path} holds something else than backups.`);
      for (const name of ['', 'blocks', 'backups']) mkdirSync(join(path, name), { recursive: true, mode: 0o700 });
      syncFolder(path);
    });
    return new BackupFolder(path);
  }

  /** @throws {MemSyncError} `not_found` when there are no backups in the folder */
  static open(path: string): BackupFolder {
    if (!existsSync(join(path, 'backups'))) throw new MemSyncError('not_found', `There are no backups in ${path}.`);
    return new BackupFolder(path);
  }

  /** The ids of the backups, the oldest first. */
  ids(): string[] {
    const names = onDisk(() => readdirSync(join(this.path, 'backups')));
    return names.flatMap((name) => (name.endsWith('.json') && isBackupId(name.slice(0, -5)) ? [name.slice(0, -5)] : [])).toSorted();
  }

  /** The named backup, or the newest. @throws {MemSyncError} `not_found` */
  choose(id: string | undefined): string {
    const ids = this.ids();
    const chosen = id === undefined ? ids.at(-1) : ids.find((one) => one === id);
    if (chosen === undefined)
      throw new MemSyncError('not_found', `There is no backup ${id ?? ''} in ${this.path}; see --list.`.replace('  ', ' '));
    return chosen;
  }

  /** The manifest, its signature not yet looked at. @throws {MemSyncError} `backup_broken` */
  read(id: string): ReadManifest {
    return parseManifest(
      onDisk(() => readFileSync(this.#manifest(id))),
      id,
    );
  }

  write(id: string, manifest: string): void {
    onDisk(() => {
      writeWhole(this.#manifest(id), this.temporary(`${id}.json`), utf8(manifest));
      syncFolder(join(this.path, 'backups'));
    });
  }

  remove(ids: readonly string[]): void {
    onDisk(() => {
      for (const id of ids) rmSync(this.#manifest(id), { force: true });
      syncFolder(join(this.path, 'backups'));
    });
  }

  /** A path for a file that is gone when the work is done. */
  temporary(name: string): string {
    return join(this.path, 'unfinished', name);
  }

  /** Runs `work` with an empty folder for temporary files, and clears it away afterwards. */
  async working<T>(work: () => Promise<T>): Promise<T> {
    this.#clear();
    onDisk(() => mkdirSync(join(this.path, 'unfinished'), { mode: 0o700 }));
    try {
      return await work();
    } finally {
      this.#clear();
    }
  }

  #clear(): void {
    onDisk(() => rmSync(join(this.path, 'unfinished'), { recursive: true, force: true }));
  }

  #manifest(id: string): string {
    return join(this.path, 'backups', `${id}.json`);
  }
}

/** Whether a folder is one of backups, or has nothing in it but what this process has put there to claim it. */
function isOurs(path: string): boolean {
  if (!statSync(path).isDirectory()) return false;
  return existsSync(join(path, 'backups')) || readdirSync(path).every((name) => ['claimed', 'blocks', 'lost+found'].includes(name));
}
