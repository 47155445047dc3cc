import { utf8 } from '../core/bytes.ts';
import { byBytes, type Terms } from './terms.ts';

/** Which passages of a segment hold a word, and how heavily: ascending, the passage counted from the segment's first × 256 + weight in quarters. */
export interface Postings {
  readonly entries: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** The most passages in one segment: what fits 24 bits. */
const SEGMENT_PASSAGES = 2 ** 24;

/** A run of documents, and which of their passages hold which words. */
export interface Segment {
  /** The index's numbers of its first document and passage. */
  readonly firstDocument: number;
  readonly firstPassage: number;
  readonly documents: number;
  readonly passages: number;
  /** How many postings it has. */
  readonly size: number;
  /** How much memory it takes, in bytes. */
  readonly bytes: number;
  find(term: string): Postings | null;
  /** The words that begin so, in no particular order. */
  startingWith(beginning: string): Iterable<string>;
  /** Every word with its postings, sorted by its bytes. */
  all(): Iterable<readonly [Uint8Array, Postings]>;
}

/** Where a segment lies. */
export type Place = Pick<Segment, 'firstDocument' | 'firstPassage' | 'documents' | 'passages'>;

/** A segment that does not change: three arrays, which may lie in a snapshot's own bytes. */
export class SealedSegment implements Segment {
  readonly firstDocument: number;
  readonly firstPassage: number;
  readonly documents: number;
  readonly passages: number;
  readonly terms: Terms;
  /** Where each word's entries begin; one more than there are words. */
  readonly starts: Uint32Array;
  readonly entries: Uint32Array;

  constructor(place: Place, terms: Terms, starts: Uint32Array, entries: Uint32Array) {
    this.firstDocument = place.firstDocument;
    this.firstPassage = place.firstPassage;
    this.documents = place.documents;
    this.passages = place.passages;
    this.terms = terms;
    this.starts = starts;
    this.entries = entries;
  }

  get size(): number {
    return this.entries.length;
  }

  get bytes(): number {
    return this.terms.bytes.byteLength + this.terms.starts.byteLength + this.starts.byteLength + this.entries.byteLength;
  }

  /** The same segment in another place of an index. */
  movedTo(firstDocument: number, firstPassage: number): SealedSegment {
    const { documents, passages } = this;
    return new SealedSegment({ firstDocument, firstPassage, documents, passages }, this.terms, this.starts, this.entries);
  }

  find(term: string): Postings | null {
    const number = this.terms.find(utf8(term));
    return number < 0 ? null : this.#at(number);
  }

  startingWith(beginning: string): Iterable<string> {
    return this.terms.startingWith(utf8(beginning));
  }

  *all(): Iterable<readonly [Uint8Array, Postings]> {
    for (let number = 0; number < this.terms.size; number++) yield [this.terms.at(number), this.#at(number)];
  }

  #at(number: number): Postings {
    return { entries: this.entries, from: this.starts[number] ?? 0, to: this.starts[number + 1] ?? 0 };
  }
}

/** The segment that new documents go into; it is sealed when it has grown. */
export class FreshSegment implements Segment {
  readonly firstDocument: number;
  readonly firstPassage: number;
  readonly #lists = new Map<string, { entries: Uint32Array<ArrayBuffer>; length: number }>();
  #documents = 0;
  #passages = 0;
  #size = 0;
  #room = 0;

  constructor(firstDocument: number, firstPassage: number) {
    this.firstDocument = firstDocument;
    this.firstPassage = firstPassage;
  }

  get documents(): number {
    return this.#documents;
  }

  get passages(): number {
    return this.#passages;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return 4 * this.#room + 220 * this.#lists.size;
  }

  /** Takes in the next document: the words of each of its passages with their weights in quarters, 1 to 255. */
  add(passages: readonly ReadonlyMap<string, number>[]): void {
    if (this.#passages + passages.length > SEGMENT_PASSAGES) throw new RangeError('A segment holds at most 16,777,216 passages.');
    for (const weights of passages) {
      const passage = this.#passages++;
      for (const [term, weight] of weights) this.#push(term, passage * 256 + Math.min(weight, 255));
    }
    this.#documents += 1;
  }

  find(term: string): Postings | null {
    const list = this.#lists.get(term);
    return list === undefined ? null : { entries: list.entries, from: 0, to: list.length };
  }

  *startingWith(beginning: string): Iterable<string> {
    for (const term of this.#lists.keys()) if (term.startsWith(beginning)) yield term;
  }

  *all(): Iterable<readonly [Uint8Array, Postings]> {
    const sorted = [...this.#lists].map(([term, list]) => ({ term: utf8(term), list }));
    sorted.sort((a, b) => byBytes(a.term, b.term));
    for (const { term, list } of sorted) yield [term, { entries: list.entries, from: 0, to: list.length }];
  }

  #push(term: string, entry: number): void {
    const known = this.#lists.get(term);
    this.#size += 1;
    if (known === undefined) {
      this.#lists.set(term, { entries: Uint32Array.of(entry, 0), length: 1 });
      this.#room += 2;
      return;
    }
    if (known.length === known.entries.length) {
      const grown = new Uint32Array(Math.ceil(known.length * 1.5) + 1);
      grown.set(known.entries);
      this.#room += grown.length - known.entries.length;
      known.entries = grown;
    }
    known.entries[known.length++] = entry;
  }
}
