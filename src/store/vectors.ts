/** The vector of a row version, sealed. `epoch` is the one of the collection key that it was sealed under. */
export interface StoredVector {
  readonly collection: string;
  readonly row: string;
  readonly version: number;
  readonly epoch: number;
  readonly sealed: Uint8Array;
}

/**
 * Reading the vectors of rows; commits write them. Those of erased rows go with the rows, and those under earlier keys of a collection with the commit
 * that rotates its key.
 */
export interface VectorStore {
  /** Those in a collection behind a row version (null for the first), by row and version, at most `limit`. */
  page(
    vault: string,
    collection: string,
    after: Pick<StoredVector, 'row' | 'version'> | null,
    limit: number,
  ): Promise<readonly StoredVector[]>;
  /** Those of some rows of a collection, of any version. */
  of(vault: string, collection: string, rows: readonly string[]): Promise<readonly StoredVector[]>;
}
