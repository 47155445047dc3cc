import { fromHex } from '../../core/bytes.ts';
import type { RowImage } from './row-image.ts';

/** A row version that says something. */
export interface Saying {
  readonly row: string;
  readonly version: number;
}

/** About how much memory one takes that is not in an image, in bytes. */
const SAYING_SIZE = 400;

/** Which row versions say what: by fingerprint, in hexadecimal, in images of rows and of what has come since. */
export class Sayings {
  readonly #images: () => Iterable<RowImage>;
  readonly #said = new Map<string, Saying[]>();
  /** Row to the fingerprints that it is found under. */
  readonly #saidBy = new Map<string, Set<string>>();

  /** `images` gives the images of rows that are in use. */
  constructor(images: () => Iterable<RowImage>) {
    this.#images = images;
  }

  /** About how much memory they take beside images, in bytes. */
  get bytes(): number {
    return this.#saidBy.size * SAYING_SIZE;
  }

  note(fingerprint: string, row: string, version: number): void {
    if (this.of(fingerprint).some((one) => one.row === row && one.version === version)) return;
    const said = this.#said.get(fingerprint);
    if (said === undefined) this.#said.set(fingerprint, [{ row, version }]);
    else said.push({ row, version });
    const keys = this.#saidBy.get(row);
    if (keys === undefined) this.#saidBy.set(row, new Set([fingerprint]));
    else keys.add(fingerprint);
  }

  of(fingerprint: string): readonly Saying[] {
    const since = this.#said.get(fingerprint) ?? [];
    const hash = fromHex(fingerprint);
    const before: Saying[] = [];
    for (const image of this.#images()) before.push(...image.saying(hash));
    return before.length === 0 ? since : [...before, ...since];
  }

  /** Forgets what a row says, but for what an image has, which forgets it by itself. */
  forget(row: string): void {
    for (const key of this.#saidBy.get(row) ?? []) {
      const others = this.#said.get(key)?.filter((one) => one.row !== row) ?? [];
      if (others.length === 0) this.#said.delete(key);
      else this.#said.set(key, others);
    }
    this.#saidBy.delete(row);
  }

  /** What has come since images were made, of the rows that `isOf` names. */
  *since(isOf: (row: string) => boolean): IterableIterator<Saying & { readonly hash: Uint8Array }> {
    for (const [fingerprint, said] of this.#said) {
      for (const saying of said) if (isOf(saying.row)) yield { ...saying, hash: fromHex(fingerprint) };
    }
  }

  /** To be said when an image has been made with all that is here of the rows that `isOf` names. */
  settle(isOf: (row: string) => boolean): void {
    for (const row of this.#saidBy.keys()) if (isOf(row)) this.forget(row);
  }

  clear(): void {
    this.#said.clear();
    this.#saidBy.clear();
  }
}
