import { type Documents, NONE } from './documents.ts';
import type { Scope } from './face.ts';

/** So many extents are kept for callers who ask again. */
const KEPT = 4;

/** What of an index a search sees: the documents in the caller's scope that are live at its ledger position. */
export class Extent {
  /** By passage: 1 where it is within; it may be longer. Null where every passage is. */
  readonly mask: Uint8Array | null;
  /** How many passages lie within. */
  readonly passages: number;
  /** The numbers of those who said something within. */
  readonly speakers: readonly number[];
  readonly #documents: Documents;

  constructor(documents: Documents, mask: Uint8Array | null, passages: number, speakers: readonly number[]) {
    this.#documents = documents;
    this.mask = mask;
    this.passages = passages;
    this.speakers = speakers;
  }

  holds(document: number): boolean {
    return this.mask === null || this.mask[this.#documents.firstPassage[document] ?? 0] === 1;
  }
}

/** Works extents out, and keeps the last few for as long as the index does not change. */
export class Extents {
  readonly #documents: Documents;
  readonly #known = new Map<string, Known>();

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** To be said when documents have been removed or ended, or many have come. */
  changed(): void {
    if (this.#known.size > 0) this.#known.clear();
  }

  /** To be said of a document that has just come, and has ended no other: what is known is led on, not worked out anew. */
  added(number: number): void {
    for (const [key, known] of this.#known) {
      const cell = this.#documents.cell[number] ?? NONE;
      if (cell >= known.cells.length) this.#known.delete(key);
      else known.extent = this.#ledOn(known.extent, number, known.cells[cell] === 1 && this.#documents.isLive(number, known.at));
    }
  }

  /** What lies in a scope at a ledger position; null for now. */
  of(scope: Scope, at: number | null): Extent {
    const cells = this.#documents.cells.all.map((cell) => (isWithin(cell, scope) ? 1 : 0));
    const key = `${cells.join('')} ${at ?? ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known.extent;
    const extent = this.#worked(cells, at);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size >= KEPT && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, { cells, at, extent });
    return extent;
  }

  #ledOn({ mask, passages, speakers }: Extent, number: number, isWithin: boolean): Extent {
    const documents = this.#documents;
    const first = documents.firstPassage[number] ?? 0;
    const last = documents.firstPassage[number + 1] ?? 0;
    if (!isWithin) {
      const without = mask === null ? new Uint8Array(2 * last).fill(1, 0, first) : grown8(mask, last);
      return new Extent(documents, without, passages, speakers);
    }
    const speaker = documents.speaker[number] ?? NONE;
    const all = speaker === NONE || speakers.includes(speaker) ? speakers : [...speakers, speaker].toSorted((a, b) => a - b);
    const grown = mask === null ? null : grown8(mask, last).fill(1, first, last);
    return new Extent(documents, grown, passages + last - first, all);
  }

  #worked(cells: readonly number[], at: number | null): Extent {
    const documents = this.#documents;
    const mask = new Uint8Array(documents.passages);
    const speaks = new Uint8Array(documents.speakers.size);
    let within = 0;
    for (let number = 0; number < documents.count; number++) {
      if (cells[documents.cell[number] ?? NONE] !== 1 || !documents.isLive(number, at)) continue;
      const first = documents.firstPassage[number] ?? 0;
      const last = documents.firstPassage[number + 1] ?? 0;
      mask.fill(1, first, last);
      within += last - first;
      const speaker = documents.speaker[number] ?? NONE;
      if (speaker !== NONE) speaks[speaker] = 1;
    }
    const speakers = Array.from(speaks.keys()).filter((speaker) => speaks[speaker] === 1);
    return new Extent(documents, within === documents.passages ? null : mask, within, speakers);
  }
}

/** What is known of a scope at a ledger position. */
interface Known {
  readonly cells: readonly number[];
  readonly at: number | null;
  extent: Extent;
}

/** The mask with room for so many passages; those that are new are not within. */
function grown8(old: Uint8Array, count: number): Uint8Array {
  if (count <= old.length) return old;
  const mask = new Uint8Array(2 * count);
  mask.set(old);
  return mask;
}

function isWithin(cell: string, scope: Scope): boolean {
  const [collection, category] = JSON.parse(cell) as [string, string];
  return scope.collections.has(collection) && scope.categories?.has(category) !== false;
}
