/** Which of a vault's rows may have columns, as keyless jobs see them, that do not follow what has happened. */
export class BehindColumns {
  #rows: Set<string> | 'all' = new Set();
  #from: number | null = null;

  /** The first event that columns may not follow; null where all do. */
  get from(): number | null {
    return this.#from;
  }

  /** The columns of these rows may not follow what has happened since event `from`. */
  note(rows: Iterable<string> | 'all', from: number): void {
    this.#from = Math.min(this.#from ?? from, from);
    if (rows === 'all') this.#rows = 'all';
    else if (this.#rows !== 'all') for (const row of rows) this.#rows.add(row);
  }

  /** Hands out what was noted, to be brought up: `done` is to be said once that is written, `failed` where it could not be. */
  take(): { readonly rows: ReadonlySet<string> | 'all'; readonly done: () => void; readonly failed: () => void } {
    const rows = this.#rows;
    const from = this.#from;
    this.#rows = new Set();
    const done = (): void => {
      if (this.#from === from) this.#from = null;
    };
    return { rows, done, failed: () => this.note(rows, from ?? 0) };
  }
}
