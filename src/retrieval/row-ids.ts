import { grown32 } from './grown.ts';

const PREFIX = 'mem_';
const ID = /^mem_[0-9a-f]{32}$/;
const EMPTY = 0;
const GONE = 0xffff_ffff;

/** Four words of 32 bits: the sixteen bytes of an id, as they sort. */
type Words = readonly [number, number, number, number];

/**
 * The ids of numbered documents, sixteen bytes each, and the way back from an id to the latest document that has it. The way back is made
 * when it is first asked for, so that opening many rows costs a copy.
 */
export class RowIds {
  #words = new Uint32Array(0);
  #count = 0;
  /** Open addressing: a document's number + 1. */
  #table: Uint32Array<ArrayBuffer> | null = null;
  #taken = 0;
  /** How many of the documents the table has had entered; what has come since is entered when somebody asks. */
  #entered = 0;

  /** How much memory it takes, in bytes. */
  get bytes(): number {
    return this.#words.byteLength + (this.#table?.byteLength ?? 0);
  }

  /** Gives document `number`, which follows the last one, its id; from now on the id finds this document. @throws {RangeError} for what is no row id. */
  append(number: number, id: string): void {
    this.#words = grown32(this.#words, 4 * (number + 1));
    this.#words.set(parse(id), 4 * number);
    this.#count = number + 1;
  }

  /** Takes over the ids of many documents that follow the last one, in order. */
  appendAll(words: Uint32Array): void {
    this.#words = grown32(this.#words, 4 * this.#count + words.length);
    this.#words.set(words, 4 * this.#count);
    this.#count += words.length / 4;
  }

  /** The document that an id finds, or −1. */
  find(id: string): number {
    const table = this.#filled();
    const words = parse(id);
    for (let at = this.#slot(words); ; at = (at + 1) & (table.length - 1)) {
      const held = table[at] ?? EMPTY;
      if (held === EMPTY) return -1;
      if (held !== GONE && this.#is(held - 1, words)) return held - 1;
    }
  }

  /** Lets an id find nothing any more. */
  forget(id: string): void {
    const number = this.find(id);
    if (number < 0) return;
    const table = this.#filled();
    for (let at = this.#slot(this.#at(number)); ; at = (at + 1) & (table.length - 1)) {
      if (table[at] !== number + 1) continue;
      table[at] = GONE;
      return;
    }
  }

  idOf(number: number): string {
    const [a, b, c, d] = this.#at(number);
    return PREFIX + digits(a) + digits(b) + digits(c) + digits(d);
  }

  /** The sixteen bytes of each document from `from` to before `to`, as words; valid until the next change. */
  slice(from: number, to: number): Uint32Array {
    return this.#words.subarray(4 * from, 4 * to);
  }

  /** Less than zero where the id of document `a` sorts before that of `b`. */
  compare(a: number, b: number): number {
    for (let i = 0; i < 4; i++) {
      const difference = (this.#words[4 * a + i] ?? 0) - (this.#words[4 * b + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #at(number: number): Words {
    const from = 4 * number;
    return [this.#words[from] ?? 0, this.#words[from + 1] ?? 0, this.#words[from + 2] ?? 0, this.#words[from + 3] ?? 0];
  }

  #is(number: number, words: Words): boolean {
    return words.every((word, i) => this.#words[4 * number + i] === word);
  }

  #slot([a, b, c, d]: Words): number {
    const mixed = Math.imul(d ^ Math.imul(c, 0x85eb_ca6b) ^ Math.imul(b, 0xc2b2_ae35) ^ a, 0x9e37_79b1);
    return ((mixed ^ (mixed >>> 15)) >>> 0) & ((this.#table?.length ?? 1) - 1);
  }

  /** A later document takes an id over from an earlier one; what was forgotten stays so. */
  #filled(): Uint32Array<ArrayBuffer> {
    const known = this.#table;
    const coming = this.#count - this.#entered;
    let table = known;
    if (table === null || 2 * (this.#taken + coming) >= table.length) {
      table = new Uint32Array(2 ** Math.max(4, Math.ceil(Math.log2(2.5 * (this.#count + 1)))));
      this.#table = table;
      this.#taken = 0;
      for (const held of known ?? []) if (held !== EMPTY && held !== GONE) this.#enter(held - 1, table);
    }
    for (; this.#entered < this.#count; this.#entered++) this.#enter(this.#entered, table);
    return table;
  }

  #enter(number: number, table: Uint32Array): void {
    const words = this.#at(number);
    for (let at = this.#slot(words); ; at = (at + 1) & (table.length - 1)) {
      const held = table[at] ?? EMPTY;
      if (held !== EMPTY && (held === GONE || !this.#is(held - 1, words))) continue;
      if (held === EMPTY) this.#taken += 1;
      table[at] = number + 1;
      return;
    }
  }
}

/** Two bytes as four digits, looked up. */
const DIGITS = Array.from({ length: 0x1_0000 }, (_, number) => number.toString(16).padStart(4, '0'));

function digits(word: number): string {
  return (DIGITS[word >>> 16] ?? '') + (DIGITS[word & 0xffff] ?? '');
}

function parse(id: string): Words {
  if (!ID.test(id)) throw new RangeError(`Not the id of a row: ${id.slice(0, 40)}`);
  const word = (from: number): number => Number.parseInt(id.slice(from, from + 8), 16);
  return [word(4), word(12), word(20), word(28)];
}
