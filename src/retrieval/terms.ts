import { fromUtf8 } from '../core/bytes.ts';

/** A sorted table of words that does not change: their UTF-8 one after the other, and where each begins. It can lie in a snapshot's own bytes. */
export class Terms {
  readonly bytes: Uint8Array;
  /** One more than there are words. */
  readonly starts: Uint32Array;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
  }

  /** The table of these words, which must be sorted by `byBytes` and each there once. */
  static of(sorted: readonly Uint8Array[]): Terms {
    const starts = new Uint32Array(sorted.length + 1);
    let length = 0;
    for (const [i, term] of sorted.entries()) {
      length += term.length;
      starts[i + 1] = length;
    }
    const bytes = new Uint8Array(length);
    for (const [i, term] of sorted.entries()) bytes.set(term, starts[i] ?? 0);
    return new Terms(bytes, starts);
  }

  get size(): number {
    return this.starts.length - 1;
  }

  /** The number of a word, by its UTF-8, or −1. */
  find(term: Uint8Array): number {
    let low = 0;
    let high = this.size - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = this.#compare(middle, term);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The words that begin so, in order. */
  *startingWith(beginning: Uint8Array): Iterable<string> {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(middle, beginning) < 0) low = middle + 1;
      else high = middle;
    }
    for (; low < this.size; low++) {
      const word = this.at(low);
      if (word.length < beginning.length || beginning.some((byte, i) => word[i] !== byte)) return;
      yield fromUtf8(word);
    }
  }

  /** The UTF-8 of a word. */
  at(number: number): Uint8Array {
    return this.bytes.subarray(this.starts[number] ?? 0, this.starts[number + 1] ?? 0);
  }

  textAt(number: number): string {
    return fromUtf8(this.at(number));
  }

  #compare(number: number, term: Uint8Array): number {
    const from = this.starts[number] ?? 0;
    const length = (this.starts[number + 1] ?? 0) - from;
    const both = Math.min(length, term.length);
    for (let i = 0; i < both; i++) {
      const difference = (this.bytes[from + i] ?? 0) - (term[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return length - term.length;
  }
}

/** As words are sorted: by their bytes, the shorter first. */
export function byBytes(a: Uint8Array, b: Uint8Array): number {
  const both = Math.min(a.length, b.length);
  for (let i = 0; i < both; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
