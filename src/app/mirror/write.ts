import { equalBytes } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { folderOf, type MirrorFiles, UNFINISHED } from './files.ts';

const BESIDE = `${UNFINISHED}/file`;

/** Writes a file so that under its name there is all of it or what was there before. Its folder has to be there, and is not synced here. */
export async function writeWhole(files: MirrorFiles, name: string, bytes: Uint8Array): Promise<void> {
  await files.write(BESIDE, bytes);
  await files.sync(BESIDE);
  await files.rename(BESIDE, name);
}

/** Writes a file that may change, unless it says so already. Returns whether it was written; it is durable either way. */
export async function writeChanged(files: MirrorFiles, name: string, bytes: Uint8Array): Promise<boolean> {
  const before = await files.read(name);
  const same = before !== null && equalBytes(before, bytes);
  if (!same) await writeWhole(files, name, bytes);
  await files.syncFolder(folderOf(name));
  return !same;
}

/** Files that never change once they are there, and the folders that have to be synced for them. */
export class LastingFiles {
  readonly #files: MirrorFiles;
  readonly #folders = new Set<string>();
  #written = 0;

  constructor(files: MirrorFiles) {
    this.#files = files;
  }

  /** How many files were not there. */
  get written(): number {
    return this.#written;
  }

  /** @throws {MemSyncError} `mirror_conflict` where the file is there with other bytes, which it keeps */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    const folder = folderOf(name);
    if (!this.#folders.has(folder)) {
      await this.#files.makeFolder(folder);
      // Each above it as well: who made it may have been cut off before it was durable.
      for (let one = folder; one !== ''; one = folderOf(one)) this.#folders.add(one);
      this.#folders.add('');
    }
    const before = await this.#files.read(name);
    if (before === null) {
      await writeWhole(this.#files, name, bytes);
      this.#written += 1;
    } else if (!equalBytes(before, bytes)) {
      throw new MemSyncError(
        'mirror_conflict',
        `${name} in ${this.#files.place} is there with other bytes than the log has; it was left as it is.`,
      );
    }
  }

  /** Has all that was put be durable under its name. */
  async settle(): Promise<void> {
    for (const folder of this.#folders) await this.#files.syncFolder(folder);
  }
}
