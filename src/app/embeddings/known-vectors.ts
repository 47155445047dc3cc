/** So many queries of a vault are remembered with their vectors. */
const QUERIES = 64;

/** What is known of an open vault's vectors beside themselves, which lie in its index. In memory alone. */
export class KnownVectors {
  /** The collections whose stored vectors have been read, with the epoch of the key that they are stored under. */
  readonly collections = new Map<string, number>();
  /** Row versions, as `row version`, whose text the service does not take: not asked again for as long as the vault is open. */
  readonly refused = new Set<string>();
  /** As of when nothing is left to be done; '' for not known. */
  settledAt = '';
  readonly #queries = new Map<string, Int8Array>();

  /** The vector that a query got before. */
  query(key: string): Int8Array | undefined {
    const known = this.#queries.get(key);
    if (known === undefined) return undefined;
    this.#queries.delete(key);
    this.#queries.set(key, known);
    return known;
  }

  keepQuery(key: string, vector: Int8Array): void {
    const oldest = this.#queries.keys().next().value;
    if (this.#queries.size >= QUERIES && oldest !== undefined) this.#queries.delete(oldest);
    this.#queries.set(key, vector);
  }

  /** To be said when a collection's rows are taken out of memory. */
  close(collection: string): void {
    this.collections.delete(collection);
    this.forgetQueries();
    this.settledAt = '';
  }

  forgetQueries(): void {
    for (const vector of this.#queries.values()) vector.fill(0);
    this.#queries.clear();
  }

  clear(): void {
    this.collections.clear();
    this.refused.clear();
    this.forgetQueries();
    this.settledAt = '';
  }
}
