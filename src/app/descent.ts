/** Where it is to be read which rows of a collection derive from which. */
interface Derived {
  readonly collection: string;
  derived(): Iterable<readonly [string, readonly string[]]>;
}

/** About how much memory a row with sources takes, in bytes. */
const ROW_SIZE = 600;

/** Which rows derive from which: the sources of each current version, the other way round. */
export class Descent {
  readonly #sources = new Map<string, readonly string[]>();
  readonly #derived = new Map<string, Set<string>>();
  /** How many rows the longest line above a row has, as far as it has been asked for. */
  readonly #depths = new Map<string, number>();
  /** Images of collections that have not been looked through: it is done when somebody asks. */
  readonly #unread = new Map<string, Derived>();

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return this.#sources.size * ROW_SIZE;
  }

  /** Takes over what a collection's image says, once it is asked for. */
  adopt(image: Derived): void {
    this.#unread.set(image.collection, image);
  }

  /** To be said when a collection's image has taken the place of another, with the same rows. */
  replace(image: Derived): void {
    if (this.#unread.has(image.collection)) this.#unread.set(image.collection, image);
  }

  /** To be said before a collection's image goes; its rows are removed by whoever closes it. */
  close(collection: string): void {
    this.#unread.delete(collection);
  }

  /** Notes what a row's current version derives from, in place of what its version before did. */
  put(row: string, sources: readonly string[]): void {
    this.#read();
    if (this.#sources.has(row) || this.#derived.has(row)) this.remove(row);
    this.#depths.delete(row);
    if (sources.length === 0) return;
    this.#sources.set(row, sources);
    for (const source of sources) {
      const derived = this.#derived.get(source);
      if (derived === undefined) this.#derived.set(source, new Set([row]));
      else derived.add(row);
    }
  }

  /** Forgets what a row derives from; what derives from it is still known. */
  remove(row: string): void {
    this.#read();
    for (const source of this.#sources.get(row) ?? []) {
      const derived = this.#derived.get(source);
      derived?.delete(row);
      if (derived?.size === 0) this.#derived.delete(source);
    }
    this.#sources.delete(row);
    this.#depths.clear();
  }

  /** How many rows the longest line from a row up to one without sources has, itself not counted. */
  depth(row: string): number {
    this.#read();
    return longest(row, (id) => this.#sources.get(id) ?? [], this.#depths);
  }

  /** How many rows the longest line of those that derive from a row has. */
  height(row: string): number {
    this.#read();
    return longest(row, (id) => this.#derived.get(id) ?? [], new Map());
  }

  /** Whether any row derives from it. */
  isSource(row: string): boolean {
    this.#read();
    return this.#derived.has(row);
  }

  /** Every row that derives from one of these, however deep, nearest first; none of these itself unless it derives from another. */
  below(rows: Iterable<string>): Set<string> {
    this.#read();
    const found = new Set<string>();
    let layer: Iterable<string> = rows;
    for (;;) {
      const next: string[] = [];
      for (const row of layer) {
        for (const derived of this.#derived.get(row) ?? []) {
          if (found.has(derived)) continue;
          found.add(derived);
          next.push(derived);
        }
      }
      if (next.length === 0) return found;
      layer = next;
    }
  }

  clear(): void {
    this.#unread.clear();
    this.#sources.clear();
    this.#derived.clear();
    this.#depths.clear();
  }

  #read(): void {
    if (this.#unread.size === 0) return;
    const unread = [...this.#unread.values()];
    this.#unread.clear();
    for (const image of unread) for (const [row, sources] of image.derived()) this.put(row, sources);
  }
}

/** By a list of its own, as lines can be longer than the stack is deep. On a circle, as only a forged vault has, it ends where it began. */
function longest(row: string, next: (id: string) => Iterable<string>, known: Map<string, number>): number {
  const begun = new Set<string>();
  const pending = [row];
  for (let id = pending.at(-1); id !== undefined; id = pending.at(-1)) {
    if (known.has(id)) pending.pop();
    else if (begun.has(id)) {
      pending.pop();
      let length = 0;
      for (const further of next(id)) length = Math.max(length, 1 + (known.get(further) ?? 0));
      known.set(id, length);
    } else {
      begun.add(id);
      for (const further of next(id)) if (!begun.has(further)) pending.push(further);
    }
  }
  return known.get(row) ?? 0;
}
