import { type Documents, NONE } from './documents.ts';
import type { Scope } from './face.ts';
import { grown32 } from './grown.ts';

/** So many extents are kept for callers who ask again. */
const KEPT = 4;

/** What of an index a search sees: the documents in the caller's scope that are live at its ledger position. It is led on as documents come and end. */
export class Extent {
  readonly #documents: Documents;
  #mask: Uint8Array | null;
  #passages: number;
  /** By speaker: how many documents of theirs lie within. */
  #spoken: Uint32Array<ArrayBuffer>;

  /** `mask` by passage, `spoken` by speaker, how many documents of theirs lie within. */
  constructor(documents: Documents, mask: Uint8Array | null, passages: number, spoken: Uint32Array<ArrayBuffer>) {
    this.#documents = documents;
    this.#mask = mask;
    this.#passages = passages;
    this.#spoken = spoken;
  }

  /** By passage: 1 where it is within; it may be longer. Null where every passage is. */
  get mask(): Uint8Array | null {
    return this.#mask;
  }

  /** How many passages lie within. */
  get passages(): number {
    return this.#passages;
  }

  /** Whether a speaker said something within. */
  speaks(speaker: number): boolean {
    return (this.#spoken[speaker] ?? 0) > 0;
  }

  holds(document: number): boolean {
    return this.#mask === null || this.#mask[this.#documents.firstPassage[document] ?? 0] === 1;
  }

  /** Takes in the document that has just come, or, where it is not within, leaves it out. */
  add(document: number, isWithin: boolean): void {
    const { firstPassage, speaker } = this.#documents;
    const first = firstPassage[document] ?? 0;
    const last = firstPassage[document + 1] ?? 0;
    if (!isWithin) {
      this.#mask = this.#mask === null ? new Uint8Array(2 * last).fill(1, 0, first) : grown8(this.#mask, last);
      return;
    }
    if (this.#mask !== null) this.#mask = grown8(this.#mask, last).fill(1, first, last);
    this.#passages += last - first;
    const by = speaker[document] ?? NONE;
    if (by === NONE) return;
    this.#spoken = grown32(this.#spoken, by + 1);
    this.#spoken[by] = (this.#spoken[by] ?? 0) + 1;
  }

  /** Takes out a document that lies within. */
  drop(document: number): void {
    const { firstPassage, speaker, passages } = this.#documents;
    const first = firstPassage[document] ?? 0;
    const last = firstPassage[document + 1] ?? 0;
    this.#mask = (this.#mask ?? new Uint8Array(2 * passages).fill(1, 0, passages)).fill(0, first, last);
    this.#passages -= last - first;
    const by = speaker[document] ?? NONE;
    if (by !== NONE) this.#spoken[by] = (this.#spoken[by] ?? 0) - 1;
  }
}

/** Works extents out, and keeps the last few for as long as nothing is removed. */
export class Extents {
  readonly #documents: Documents;
  readonly #known = new Map<string, Known>();

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** To be said when documents have been removed, or many have come. */
  changed(): void {
    if (this.#known.size > 0) this.#known.clear();
  }

  /** To be said of a document that has just come: what is known is led on, not worked out anew. */
  added(number: number): void {
    for (const [key, { cells, at, extent }] of this.#known) {
      const cell = this.#documents.cell[number] ?? NONE;
      if (cell >= cells.length) this.#known.delete(key);
      else extent.add(number, cells[cell] === 1 && this.#documents.isLive(number, at));
    }
  }

  /** To be said of a document that a later version has just taken the place of. */
  ended(number: number): void {
    for (const { cells, at, extent } of this.#known.values()) {
      const isIts = cells[this.#documents.cell[number] ?? NONE] === 1;
      if (isIts && extent.holds(number) && !this.#documents.isLive(number, at)) extent.drop(number);
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

  #worked(cells: readonly number[], at: number | null): Extent {
    const documents = this.#documents;
    const mask = new Uint8Array(documents.passages);
    const spoken = new Uint32Array(documents.speakers.size);
    let within = 0;
    for (let number = 0; number < documents.count; number++) {
      if (cells[documents.cell[number] ?? NONE] !== 1 || !documents.isLive(number, at)) continue;
      const first = documents.firstPassage[number] ?? 0;
      const last = documents.firstPassage[number + 1] ?? 0;
      mask.fill(1, first, last);
      within += last - first;
      const speaker = documents.speaker[number] ?? NONE;
      if (speaker !== NONE) spoken[speaker] = (spoken[speaker] ?? 0) + 1;
    }
    return new Extent(documents, within === documents.passages ? null : mask, within, spoken);
  }
}

/** What is known of a scope at a ledger position. */
interface Known {
  readonly cells: readonly number[];
  readonly at: number | null;
  readonly extent: Extent;
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
