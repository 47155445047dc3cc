import type { Scope } from './face.ts';

interface Cell {
  readonly collection: string;
  readonly category: string;
  passages: number;
}

/** What of the index lies within a scope. */
export interface Extent {
  /** By cell number: 1 within, 0 without. */
  readonly within: Uint8Array;
  /** How many passages lie within. */
  readonly passages: number;
}

/** The pairs of collection and category that rows lie in, numbered, with a count each: what a scope holds is summed up from them. */
export class Cells {
  readonly #cells: Cell[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(collection: string, category: string): number {
    const key = JSON.stringify([collection, category]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#cells.push({ collection, category, passages: 0 }) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  count(cell: number, by: 1 | -1): void {
    const counted = this.#cells[cell];
    if (counted !== undefined) counted.passages += by;
  }

  extent(scope: Scope): Extent {
    const within = new Uint8Array(this.#cells.length);
    let passages = 0;
    for (const [number, cell] of this.#cells.entries()) {
      if (!scope.collections.has(cell.collection) || scope.categories?.has(cell.category) === false) continue;
      within[number] = 1;
      passages += cell.passages;
    }
    return { within, passages };
  }
}
