/** Something with a score and an id that breaks ties. */
export interface Scored {
  readonly id: string;
  readonly score: number;
}

/** True where `a` ranks before `b`: the higher score, then the lower id by UTF-16 code units. */
function ranksBefore(a: Scored, b: Scored): boolean {
  return a.score !== b.score ? a.score > b.score : a.id < b.id;
}

/** Keeps the best `limit` of what it is offered, in a heap whose root is the worst of them: n offers cost n log limit at most. */
export class Top<T extends Scored> {
  readonly #limit: number;
  readonly #heap: T[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether `item` would be kept now. */
  takes(item: Scored): boolean {
    const worst = this.#heap[0];
    return worst === undefined || this.#heap.length < this.#limit ? this.#limit > 0 : ranksBefore(item, worst);
  }

  /** The score below which nothing is kept any more; −Infinity while there is room. */
  get floor(): number {
    const worst = this.#heap[0];
    return worst === undefined || this.#heap.length < this.#limit ? -Infinity : worst.score;
  }

  offer(item: T): void {
    if (!this.takes(item)) return;
    if (this.#heap.length < this.#limit) this.#rise(item);
    else this.#sink(item);
  }

  /** What was kept, best first. */
  ranked(): T[] {
    return this.#heap.toSorted((a, b) => (ranksBefore(a, b) ? -1 : 1));
  }

  #rise(item: T): void {
    let at = this.#heap.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = this.#heap[up];
      if (parent === undefined || !ranksBefore(parent, item)) break;
      this.#heap[at] = parent;
      at = up;
    }
    this.#heap[at] = item;
  }

  #sink(item: T): void {
    const size = this.#heap.length;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      let child = this.#heap[down];
      if (child === undefined) break;
      const other = down + 1 < size ? this.#heap[down + 1] : undefined;
      if (other !== undefined && ranksBefore(child, other)) {
        down += 1;
        child = other;
      }
      if (!ranksBefore(item, child)) break;
      this.#heap[at] = child;
      at = down;
    }
    this.#heap[at] = item;
  }
}
