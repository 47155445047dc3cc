import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { concat, fromUtf8, LengthPrefixedReader, lengthPrefixed, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { type Random, systemRandom } from '../../core/random.ts';
import type { Redacted } from '../../core/redacted.ts';
import { openBytes, sealBytes } from '../../crypto/aead.ts';
import { encodeManifest, newManifest, partData, readManifest, type SpoolManifest } from './spool-manifest.ts';
import { onDisk, syncFolder, writeWhole } from './whole-file.ts';

const MANIFEST = 'spool.json';
const TEMPORARY = /^(?:spool\.json|part-\d{8,})\.tmp$/;
const PART = /^part-(\d{8,})$/;

/** A part as it was appended: its bytes, and how far the caller had come with it. */
export interface SpoolPart {
  readonly position: unknown;
  readonly bytes: Uint8Array;
}

/** Where a spool lies and what it is for. */
export interface SpoolPlace {
  readonly folder: string;
  /** Any JSON value; it stands in the clear in `spool.json`. */
  readonly purpose: unknown;
  /** 32 bytes; wiping them is the caller's. */
  readonly key: Redacted;
}

/**
 * What a long export has fetched so far, kept so that it can go on after a crash: numbered parts, each sealed, written whole and durable
 * before `append` returns, with the caller's position. A process that is killed at any moment leaves a spool that opens to its last whole
 * part. For one process at a time, and one call at a time.
 */
export class Spool {
  readonly #place: SpoolPlace;
  readonly #manifest: SpoolManifest;
  readonly #random: Random;
  #parts: number;
  #position: unknown;

  private constructor(place: SpoolPlace, manifest: SpoolManifest, random: Random, parts: number) {
    this.#place = place;
    this.#manifest = manifest;
    this.#random = random;
    this.#parts = parts;
    this.#position = null;
  }

  /**
   * The spool in a folder, made where there is none. What a killed process has left half-written is removed.
   * @throws {MemSyncError} `transfer_unfinished` when the folder holds a spool for another purpose or under another key, or other files
   * alone; `transfer_damaged` when a part is missing, or the last one does not open; `store_failed`
   */
  static open(place: SpoolPlace, random: Random = systemRandom): Promise<Spool> {
    return onDisk(async () => {
      const { folder, purpose, key } = place;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const names = await readdir(folder);
      const path = join(folder, MANIFEST);
      for (const name of names) if (TEMPORARY.test(name)) await rm(join(folder, name), { force: true });
      if (!names.includes(MANIFEST)) {
        if (names.some((name) => !TEMPORARY.test(name)))
          throw new MemSyncError('transfer_unfinished', `${folder} holds files that belong to no transfer.`);
        const manifest = newManifest(purpose, random);
        await writeWhole(path, encodeManifest(manifest, key, random));
        await syncFolder(dirname(folder));
        return new Spool(place, manifest, random, 0);
      }
      const spool = new Spool(place, await readManifest(path, purpose, key), random, countParts(folder, names));
      if (spool.#parts > 0) spool.#position = (await spool.#read(spool.#parts - 1)).position;
      return spool;
    });
  }

  /** What the last part was appended with, or null while there is none. */
  get position(): unknown {
    return this.#position;
  }

  /** How many parts there are. */
  get length(): number {
    return this.#parts;
  }

  /**
   * Adds a part: `lines` one after another, and `position`, a JSON value that says where to go on. Both are kept once this returns, or neither.
   * @throws {MemSyncError} `store_failed`; `encoding_invalid` when the position is not JSON
   */
  async append(lines: readonly Uint8Array[], position: unknown): Promise<void> {
    const json: string | undefined = JSON.stringify(position);
    if (json === undefined) throw new MemSyncError('encoding_invalid', 'The position has no JSON form.');
    const plain = lengthPrefixed(utf8(json), concat(...lines));
    const sealed = sealBytes(this.#place.key, plain, partData(this.#manifest, this.#parts), this.#random);
    await onDisk(() => writeWhole(this.#path(this.#parts), sealed));
    this.#parts += 1;
    this.#position = JSON.parse(json);
  }

  /** The parts in order, one in memory at a time. @throws {MemSyncError} `transfer_damaged` when one does not open; `store_failed` */
  async *parts(): AsyncGenerator<SpoolPart, void, undefined> {
    for (let index = 0; index < this.#parts; index++) yield await onDisk(() => this.#read(index));
  }

  /**
   * Removes everything of the spool, and its folder unless other files lie in it. Interrupted, it leaves a spool with fewer parts, or none.
   * @throws {MemSyncError} `store_failed`
   */
  async remove(): Promise<void> {
    await onDisk(async () => {
      const { folder } = this.#place;
      // From the last to the first: what is left is whole at every moment.
      for (; this.#parts > 0; this.#parts--) await rm(this.#path(this.#parts - 1), { force: true });
      this.#position = null;
      await rm(join(folder, MANIFEST), { force: true });
      if ((await readdir(folder)).length === 0) await rmdir(folder);
      await syncFolder(dirname(folder));
    });
  }

  async #read(index: number): Promise<SpoolPart> {
    const path = this.#path(index);
    const sealed = await readFile(path);
    const plain = openBytes(this.#place.key, sealed, partData(this.#manifest, index));
    if (plain === null) throw new MemSyncError('transfer_damaged', `${path} does not open; remove its folder to begin anew.`);
    const reader = new LengthPrefixedReader(plain);
    const position: unknown = JSON.parse(fromUtf8(reader.next()));
    const bytes = reader.next();
    reader.end();
    return { position, bytes };
  }

  #path(index: number): string {
    return join(this.#place.folder, `part-${String(index).padStart(8, '0')}`);
  }
}

/** How many parts a folder has. @throws {MemSyncError} `transfer_damaged` when one before the last is missing */
function countParts(folder: string, names: readonly string[]): number {
  const found = names.flatMap((name) => PART.exec(name)?.[1] ?? []).map(Number);
  const parts = found.length;
  if (found.some((index) => index >= parts))
    throw new MemSyncError('transfer_damaged', `A part is missing in ${folder}; remove it to begin anew.`);
  return parts;
}
