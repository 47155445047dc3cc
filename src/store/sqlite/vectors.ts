import type Database from 'better-sqlite3';
import type { StoredVector, VectorStore } from '../vectors.ts';
import { bytes, id, idKey, integer, placeKey, type Query, query, vaultKey } from './encode.ts';
import { guarded } from './failure.ts';

/** Vectors of rows, in SQLite. */
export class SqliteVectors implements VectorStore {
  readonly #page: Query;
  readonly #row: Query;

  constructor(db: Database.Database) {
    const select = 'SELECT row_id, version, epoch, sealed FROM row_vectors WHERE vault = ? AND collection = ?';
    this.#page = query(db, `${select} AND (row_id, version) > (?, ?) ORDER BY row_id, version LIMIT ?`);
    this.#row = query(db, `${select} AND row_id = ? ORDER BY version`);
  }

  async page(
    vault: string,
    collection: string,
    after: Pick<StoredVector, 'row' | 'version'> | null,
    limit: number,
  ): Promise<readonly StoredVector[]> {
    const place = [placeKey('memory', after?.row ?? ''), after?.version ?? 0] as const;
    return guarded(() =>
      this.#page.all(vaultKey(vault), idKey('collection', collection), ...place, limit).map((found) => toVector(collection, found)),
    );
  }

  async of(vault: string, collection: string, rows: readonly string[]): Promise<readonly StoredVector[]> {
    const [key, of] = [vaultKey(vault), idKey('collection', collection)];
    return guarded(() => rows.flatMap((row) => this.#row.all(key, of, idKey('memory', row)).map((found) => toVector(collection, found))));
  }
}

function toVector(collection: string, found: unknown[]): StoredVector {
  return { collection, row: id('memory', found[0]), version: integer(found[1]), epoch: integer(found[2]), sealed: bytes(found[3]) };
}
