import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { syncFile, syncFolder, writeNew } from './files.ts';

/** So much of a database is in one block: a multiple of every page size, so that an untouched page's neighbours stay as they were. */
export const BLOCK_SIZE = 262_144;

const NAME = /^([0-9a-f]{64})\.gz$/;

/** Blocks by the SHA-256 of what they hold, gzipped. One that is there is not written again: that is what makes a backup incremental. */
export class Blocks {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #fresh: string[] = [];
  readonly #touched = new Set<string>();

  /** Blocks in the making lie in `temporary`, on the same file system. */
  constructor(folder: string, temporary: string) {
    this.#folder = folder;
    this.#temporary = temporary;
  }

  /** Sees to it that the block is there, and whole: one that was damaged is written anew. Returns how many bytes were written, 0 for none. */
  put(bytes: Uint8Array): { hash: string; written: number } {
    const hash = hex(sha256(bytes));
    if (this.#read(hash, bytes.length) !== null) return { hash, written: 0 };
    const folder = join(this.#folder, hash.slice(0, 2));
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#touched.add(this.#folder);
    }
    const packed = gzipSync(bytes, { level: 1 });
    const beside = join(this.#temporary, hash);
    writeNew(beside, packed);
    renameSync(beside, this.#path(hash));
    this.#fresh.push(this.#path(hash));
    this.#touched.add(folder);
    return { hash, written: packed.length };
  }

  /**
   * Makes the blocks put so far durable: all at once, which costs a disk far less than one by one. What a power cut before that leaves of a block
   * is in no manifest, and put again if it is not whole.
   */
  sync(): void {
    for (const path of this.#fresh.splice(0)) syncFile(path);
    for (const folder of this.#touched) syncFolder(folder);
    this.#touched.clear();
  }

  /** The block’s bytes. @throws {MemSyncError} `backup_broken` when it is missing, cut off or altered. */
  get(hash: string, size: number): Uint8Array {
    const bytes = this.#read(hash, size);
    if (bytes !== null) return bytes;
    const what = existsSync(this.#path(hash)) ? 'does not hold what its name says' : 'is missing';
    throw new MemSyncError('backup_broken', `Block ${hash.slice(0, 16)}… of the backup ${what}.`);
  }

  /** Deletes every block that is not among `kept`. Returns how many went. */
  sweep(kept: ReadonlySet<string>): number {
    let gone = 0;
    if (!existsSync(this.#folder)) return 0;
    for (const folder of readdirSync(this.#folder)) {
      for (const name of readdirSync(join(this.#folder, folder))) {
        const hash = NAME.exec(name)?.[1];
        if (hash === undefined || kept.has(hash)) continue;
        rmSync(join(this.#folder, folder, name));
        gone += 1;
      }
    }
    return gone;
  }

  #read(hash: string, size: number): Uint8Array | null {
    const path = this.#path(hash);
    if (!existsSync(path)) return null;
    try {
      const bytes = gunzipSync(readFileSync(path), { maxOutputLength: Math.max(size, 1) });
      return bytes.length === size && hex(sha256(bytes)) === hash ? bytes : null;
    } catch (error) {
      // What zlib cannot unpack is damaged; what the disk cannot read may only be out of reach.
      if (error instanceof Error && 'syscall' in error) throw error;
      return null;
    }
  }

  #path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), `${hash}.gz`);
  }
}
