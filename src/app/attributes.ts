import { utf8 } from '../core/bytes.ts';
import { sha256 } from '../crypto/sha256.ts';
import { normaliseForRepeat } from '../memory/normalise.ts';
import type { RowHeader } from '../memory/header.ts';
import { HASH_BYTES } from './rows/hash-table.ts';
import type { RowImage } from './rows/row-image.ts';

/** About how much memory a row takes here that is not in an image, in bytes. */
const ROW_SIZE = 400;

/** Which rows say what some attribute of some subject is: where the user lives, what the dog is called. */
export class Attributes {
  readonly #image: (collection: string) => RowImage | null;
  /** By key; with what an image has, once somebody has asked for the key. */
  readonly #rows = new Map<string, Set<string>>();
  readonly #keys = new Map<string, string>();
  /** Keys that what an image has has been taken over for. */
  readonly #asked = new Set<string>();
  /** Rows of which an image may say something that no longer holds. */
  readonly #anew = new Set<string>();

  /** `image` gives a collection's image of rows, where it has one. */
  constructor(image: (collection: string) => RowImage | null = () => null) {
    this.#image = image;
  }

  /** About how much memory it takes beside images, in bytes. */
  get bytes(): number {
    return this.#keys.size * ROW_SIZE;
  }

  put(header: Pick<RowHeader, 'row' | 'collection' | 'subject' | 'attribute'>): void {
    this.remove(header.row);
    const key = attributeKey(header);
    if (key === null) return;
    this.#note(header.row, key);
  }

  remove(row: string): void {
    this.#anew.add(row);
    const key = this.#keys.get(row);
    if (key === undefined) return;
    this.#keys.delete(row);
    const rows = this.#rows.get(key);
    rows?.delete(row);
    if (rows?.size === 0) this.#rows.delete(key);
  }

  /**
   * The rows in use that speak of the same attribute of the same subject, in the same collection. Those that are not in use are looked at
   * once and no more, so that an attribute that changes daily is not slower to change each day; `put` brings them back.
   */
  of(header: Pick<RowHeader, 'collection' | 'subject' | 'attribute'>, inUse: (row: string) => boolean): readonly string[] {
    const key = attributeKey(header);
    if (key !== null && !this.#asked.has(key)) this.#takeOver(header.collection, key);
    const rows = key === null ? undefined : this.#rows.get(key);
    if (rows === undefined) return [];
    for (const row of rows) if (!inUse(row)) rows.delete(row);
    return [...rows];
  }

  /** What has come since images were made, of the rows that `isOf` names. */
  *since(isOf: (row: string) => boolean): IterableIterator<{ readonly hash: Uint8Array; readonly row: string }> {
    for (const [row, key] of this.#keys) if (this.#anew.has(row) && isOf(row)) yield { hash: hashOf(key), row };
  }

  /** Whether what an image says that a row speaks of no longer counts. */
  speaksAnew(row: string): boolean {
    return this.#anew.has(row);
  }

  /** To be said when a collection's image has been made anew, with all that is here of it; `isOf` names its rows. */
  settle(collection: string, isOf: (row: string) => boolean): void {
    const isIts = (key: string): boolean => key.startsWith(`${collection}\0`);
    for (const [row, key] of this.#keys) if (isIts(key)) this.#keys.delete(row);
    for (const key of this.#rows.keys()) if (isIts(key)) this.#rows.delete(key);
    for (const key of this.#asked) if (isIts(key)) this.#asked.delete(key);
    for (const row of this.#anew) if (isOf(row)) this.#anew.delete(row);
  }

  clear(): void {
    this.#rows.clear();
    this.#keys.clear();
    this.#asked.clear();
    this.#anew.clear();
  }

  #note(row: string, key: string): void {
    this.#keys.set(row, key);
    const rows = this.#rows.get(key);
    if (rows === undefined) this.#rows.set(key, new Set([row]));
    else rows.add(row);
  }

  #takeOver(collection: string, key: string): void {
    this.#asked.add(key);
    const rows = this.#image(collection)?.speakingOf(hashOf(key)) ?? [];
    const before = rows.filter((row) => !this.#anew.has(row));
    if (before.length === 0) return;
    for (const row of before) this.#keys.set(row, key);
    this.#rows.set(key, new Set([...before, ...(this.#rows.get(key) ?? [])]));
  }
}

/** Where two rows have the same, they speak of the same; null where a row does not say what it speaks of. */
export function attributeKey({ collection, subject, attribute }: Pick<RowHeader, 'collection' | 'subject' | 'attribute'>): string | null {
  if (subject === null || attribute === null) return null;
  return [collection, normaliseForRepeat(subject), normaliseForRepeat(attribute)].join('\0');
}

function hashOf(key: string): Uint8Array {
  return sha256(utf8(key)).subarray(0, HASH_BYTES);
}
