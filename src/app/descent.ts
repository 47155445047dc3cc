/** Which rows derive from which: the sources of each current version, the other way round. */
export class Descent {
  readonly #sources = new Map<string, readonly string[]>();
  readonly #derived = new Map<string, Set<string>>();

  /** Notes what a row's current version derives from, in place of what its version before did. */
  put(row: string, sources: readonly string[]): void {
    this.remove(row);
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
    for (const source of this.#sources.get(row) ?? []) {
      const derived = this.#derived.get(source);
      derived?.delete(row);
      if (derived?.size === 0) this.#derived.delete(source);
    }
    this.#sources.delete(row);
  }

  /** Whether any row derives from it. */
  isSource(row: string): boolean {
    return this.#derived.has(row);
  }

  /** Every row that derives from one of these, however deep, nearest first; none of these itself unless it derives from another. */
  below(rows: Iterable<string>): Set<string> {
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
    this.#sources.clear();
    this.#derived.clear();
  }
}
