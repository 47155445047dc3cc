import { Called } from './called.ts';
import type { Traits } from './traits.ts';
import { grown16, grown32, grown64 } from './grown.ts';
import { Names } from './names.ts';
import { RowIds } from './row-ids.ts';

/** Stands for "none" where a number does. */
export const NONE = 0xffff_ffff;
/** Where a document ends that no later version has taken the place of. */
const OPEN = 0xffff_ffff;

/** One version of a row, as the index keeps it. */
export interface Document {
  readonly id: string;
  readonly version: number;
  /** The ledger position since which the row says so. */
  readonly from: number;
  /** That of the row's first version. */
  readonly since: number;
  readonly collection: string;
  readonly category: string;
  readonly thread: string | null;
  readonly speaker: string | null;
  /** When it was said, as far as is known. */
  readonly time: number;
  readonly traits: Traits;
  readonly passages: number;
}

/** What columns hold of documents that lie one after the other, cut to their length: as a snapshot has them. */
export interface Columns {
  readonly ids: Uint32Array;
  readonly version: Uint32Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly since: Uint32Array;
  readonly cell: Uint32Array;
  readonly thread: Uint32Array;
  readonly speaker: Uint32Array;
  readonly time: Float64Array;
  readonly words: Uint16Array;
  readonly flags: Uint16Array;
  /** How many passages each has. */
  readonly passages: Uint32Array;
}

/** The documents of an index by number, each a line across typed arrays. A document that was removed keeps its number and is never live. */
export class Documents {
  readonly ids = new RowIds();
  readonly threads = new Names();
  readonly speakers = new Names();
  readonly called = new Called(this.speakers);
  /** Pairs of collection and category, as JSON. */
  readonly cells = new Names();
  version = new Uint32Array(0);
  from = new Uint32Array(0);
  to = new Uint32Array(0);
  since = new Uint32Array(0);
  cell = new Uint32Array(0);
  thread = new Uint32Array(0);
  speaker = new Uint32Array(0);
  time = new Float64Array(0);
  words = new Uint16Array(0);
  flags = new Uint16Array(0);
  /** The first passage of each, and one more: where the next would begin. */
  firstPassage = new Uint32Array(1);
  /** By passage: its document. */
  documentOf = new Uint32Array(0);
  #count = 0;
  /** The documents that a later version has taken the place of, by row. */
  readonly #ended = new Map<string, number[]>();

  get count(): number {
    return this.#count;
  }

  /** How many passages all documents have. */
  get passages(): number {
    return this.firstPassage[this.#count] ?? 0;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    const columns = [this.version, this.from, this.to, this.since, this.cell, this.thread, this.speaker, this.time, this.words, this.flags];
    const more = [this.firstPassage, this.documentOf];
    const arrays = [...columns, ...more].reduce((sum, { byteLength }) => sum + byteLength, 0);
    const names = this.threads.bytes + this.speakers.bytes + this.called.bytes + this.cells.bytes;
    return arrays + this.ids.bytes + names + 200 * this.#ended.size;
  }

  /** Takes a document in as the row's latest, and gives its number. The one before it, if any, must have been ended. */
  append(document: Document): number {
    const number = this.#count;
    this.#makeRoom(number + 1);
    this.ids.append(number, document.id);
    this.version[number] = document.version;
    this.from[number] = document.from;
    this.to[number] = OPEN;
    this.since[number] = document.since;
    this.cell[number] = this.cells.numberOf(cellName(document.collection, document.category));
    this.thread[number] = document.thread === null ? NONE : this.threads.numberOf(document.thread);
    this.speaker[number] = document.speaker === null ? NONE : this.speakers.numberOf(document.speaker);
    this.time[number] = document.time;
    this.words[number] = Math.min(document.traits.words, 0xffff);
    this.flags[number] = document.traits.flags;
    this.#addPassages(number, document.passages);
    this.#count = number + 1;
    return number;
  }

  /** The row's latest document, or −1. */
  latest(id: string): number {
    return this.ids.find(id);
  }

  /** Lets a document end where a later version of its row begins. */
  end(number: number, at: number): void {
    const id = this.ids.idOf(number);
    this.to[number] = at;
    this.#noteEnded(id, number);
  }

  /** Takes a document out: it is live nowhere. */
  kill(number: number): void {
    this.from[number] = NONE;
    this.to[number] = 0;
  }

  /** Takes a row out, with all its versions. Returns whether it was there. */
  remove(id: string): boolean {
    const latest = this.ids.find(id);
    if (latest < 0) return false;
    this.kill(latest);
    for (const number of this.#ended.get(id) ?? []) this.kill(number);
    this.#ended.delete(id);
    this.ids.forget(id);
    return true;
  }

  isDead(number: number): boolean {
    return this.from[number] === NONE;
  }

  /** Whether the row says so at a ledger position, or, with null, now. */
  isLive(number: number, at: number | null): boolean {
    const to = this.to[number] ?? 0;
    return at === null ? to === OPEN : (this.from[number] ?? NONE) <= at && at < to;
  }

  /** Takes over documents that follow the last one, in their order; the names that their numbers stand for come along. */
  appendAll(
    columns: Columns,
    names: { readonly threads: readonly string[]; readonly speakers: readonly string[]; readonly cells: readonly string[] },
  ): void {
    const first = this.#count;
    const count = columns.version.length;
    this.#makeRoom(first + count);
    this.ids.appendAll(columns.ids);
    this.version.set(columns.version, first);
    this.from.set(columns.from, first);
    this.to.set(columns.to, first);
    this.since.set(columns.since, first);
    this.time.set(columns.time, first);
    this.words.set(columns.words, first);
    this.flags.set(columns.flags, first);
    translate(columns.thread, names.threads, this.threads, this.thread, first);
    translate(columns.speaker, names.speakers, this.speakers, this.speaker, first);
    translate(columns.cell, names.cells, this.cells, this.cell, first);
    for (let i = 0; i < count; i++) {
      const number = first + i;
      this.#addPassages(number, columns.passages[i] ?? 0);
      if ((columns.to[i] ?? 0) !== OPEN) this.#noteEnded(this.ids.idOf(number), number);
    }
    this.#count = first + count;
  }

  /** The lines of some documents, ascending, as columns. */
  columns(numbers: Uint32Array): Columns {
    const pick32 = (column: Uint32Array): Uint32Array => numbers.map((number) => column[number] ?? 0);
    const pick16 = (column: Uint16Array): Uint16Array => Uint16Array.from(numbers, (number) => column[number] ?? 0);
    const ids = new Uint32Array(4 * numbers.length);
    for (const [i, number] of numbers.entries()) {
      ids.set(this.ids.slice(number, number + 1), 4 * i);
    }
    return {
      ids,
      version: pick32(this.version),
      from: pick32(this.from),
      to: pick32(this.to),
      since: pick32(this.since),
      cell: pick32(this.cell),
      thread: pick32(this.thread),
      speaker: pick32(this.speaker),
      time: Float64Array.from(numbers, (number) => this.time[number] ?? 0),
      words: pick16(this.words),
      flags: pick16(this.flags),
      passages: numbers.map((number) => (this.firstPassage[number + 1] ?? 0) - (this.firstPassage[number] ?? 0)),
    };
  }

  #noteEnded(id: string, number: number): void {
    const known = this.#ended.get(id);
    if (known === undefined) this.#ended.set(id, [number]);
    else known.push(number);
  }

  #addPassages(number: number, count: number): void {
    const first = this.firstPassage[number] ?? 0;
    this.documentOf = grown32(this.documentOf, first + count);
    this.documentOf.fill(number, first, first + count);
    this.firstPassage[number + 1] = first + count;
  }

  #makeRoom(count: number): void {
    this.version = grown32(this.version, count);
    this.from = grown32(this.from, count);
    this.to = grown32(this.to, count);
    this.since = grown32(this.since, count);
    this.cell = grown32(this.cell, count);
    this.thread = grown32(this.thread, count);
    this.speaker = grown32(this.speaker, count);
    this.time = grown64(this.time, count);
    this.words = grown16(this.words, count);
    this.flags = grown16(this.flags, count);
    this.firstPassage = grown32(this.firstPassage, count + 1);
  }
}

/** A collection and a category in one string, and back. */
function cellName(collection: string, category: string): string {
  return JSON.stringify([collection, category]);
}

function translate(numbers: Uint32Array, texts: readonly string[], names: Names, into: Uint32Array, first: number): void {
  const known = texts.map((text) => names.numberOf(text));
  for (const [i, number] of numbers.entries()) into[first + i] = number === NONE ? NONE : (known[number] ?? NONE);
}
