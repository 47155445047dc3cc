import { HEAVIEST } from './score.ts';

const NUMBERS = 2 ** 24;

/** A passage's or term's number and a weight in 32 bits: number × 256 + weight. @throws {RangeError} past 2²⁴ numbers. */
export function packed(number: number, weight: number): number {
  if (number >= NUMBERS) throw new RangeError('An index holds at most 16,777,216 passages and as many words.');
  return number * 256 + Math.min(weight, HEAVIEST);
}

export function numberIn(entry: number): number {
  return entry >>> 8;
}

export function weightIn(entry: number): number {
  return entry & 255;
}

/** Hands out small whole numbers, and those given back before new ones. */
export class Numbers {
  readonly #free: number[] = [];
  #next = 0;

  take(): number {
    return this.#free.pop() ?? this.#next++;
  }

  giveBack(number: number): void {
    this.#free.push(number);
  }
}

/**
 * The passages that hold one term, packed with their weights. The order of entries means nothing: a passage's score is summed in the
 * order of the query's words, so the order in which rows came cannot show in a result.
 */
export class Postings {
  #length = 0;
  #entries = new Uint32Array(2);

  get length(): number {
    return this.#length;
  }

  /** The first `length` are in use; valid until the next `add` or `remove`. */
  get entries(): Uint32Array {
    return this.#entries;
  }

  add(passage: number, weight: number): void {
    if (this.#length === this.#entries.length) {
      const grown = new Uint32Array(Math.ceil(this.#length * 1.5) + 1);
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries[this.#length++] = packed(passage, weight);
  }

  /** Removes the entry that was added with these two. */
  remove(passage: number, weight: number): void {
    const at = this.#entries.subarray(0, this.#length).indexOf(packed(passage, weight));
    if (at >= 0) this.#entries[at] = this.#entries[--this.#length] ?? 0;
  }
}
