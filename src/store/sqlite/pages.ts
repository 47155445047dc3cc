import type Database from 'better-sqlite3';
import { idKey, type Query } from './encode.ts';

export type Page<T> = (vault: Uint8Array, collection: Uint8Array, afterRow: Uint8Array, limit: number) => readonly T[];

/** Pages of a collection's row versions. A page ends with the last version of its last row, so it may be longer than `limit`. */
export function pageOf<T extends { readonly row: string; readonly version: number }>(
  db: Database.Database,
  first: Query,
  later: Query,
  decode: (found: unknown[], collection: Uint8Array) => T,
): Page<T> {
  const read = db.transaction((vault: Uint8Array, collection: Uint8Array, afterRow: Uint8Array, limit: number): T[] => {
    const page = first.all(vault, collection, afterRow, limit).map((found) => decode(found, collection));
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return page;
    const rest = later.all(vault, collection, idKey('memory', last.row), last.version).map((found) => decode(found, collection));
    return [...page, ...rest];
  });
  return (vault, collection, afterRow, limit) => read.deferred(vault, collection, afterRow, limit);
}
