import type Database from 'better-sqlite3';
import { equalBytes } from '../../core/bytes.ts';
import { bytes, type Param, type Query, query } from './encode.ts';

const ID_BYTES = 16;

/** How many steps along indexes one page may take: some ten milliseconds’ worth where they lie far apart, in pages that are not in memory. */
const STEPS = 1024;

/** The greatest key that there can be. */
export const LAST_KEY: Uint8Array = Buffer.alloc(ID_BYTES, 0xff);

/** Keys that were found, newest first, and the key below which to go on, or null at the end. */
export interface FoundKeys {
  readonly keys: readonly Uint8Array[];
  readonly next: Uint8Array | null;
}

/**
 * One condition of a filter: what fulfils it lies in one index, in the order of its ids, from its newest on. The statement takes, after its
 * own parameters, those of `within`.
 */
export interface Source {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** Between two ids, the newest first: parameters top (inclusive), bottom (inclusive), limit. */
export function within(column: string): string {
  return `${column} <= ? AND ${column} >= ? ORDER BY ${column} DESC LIMIT ?`;
}

/**
 * Finds records along indexes that are all in the order of ids, and so of time. One condition is read off its own index; of several, each
 * index says in turn what comes next in it, at or below what the others have come to, so that the rarest sets the pace. However many
 * records there are, no more is read than the page holds, or than `STEPS` for conditions that seldom meet.
 */
export class IndexWalk {
  readonly #db: Database.Database;
  readonly #prepared = new Map<string, Query>();

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** At most `limit` keys from `top` (inclusive) down to `bottom` (inclusive) that are in every source; of no source, none. */
  find(sources: readonly Source[], top: Uint8Array, bottom: Uint8Array, limit: number): FoundKeys {
    const [first] = sources;
    if (first === undefined) return { keys: [], next: null };
    return sources.length === 1 ? this.#range(first, top, bottom, limit) : this.#meet(sources, top, bottom, limit);
  }

  #range({ sql, params }: Source, top: Uint8Array, bottom: Uint8Array, limit: number): FoundKeys {
    const found = this.#query(sql).all(...params, top, bottom, limit + 1);
    const keys = found.slice(0, limit).map(([key]) => bytes(key));
    return { keys, next: found.length > limit ? (keys.at(-1) ?? null) : null };
  }

  #meet(sources: readonly Source[], top: Uint8Array, bottom: Uint8Array, limit: number): FoundKeys {
    const walks = sources.map(({ sql, params }) => ({ query: this.#query(sql), params }));
    const keys: Uint8Array[] = [];
    let at = top;
    let agreeing = 0;
    for (let step = 0; step < STEPS; step += 1) {
      const walk = walks[step % walks.length];
      const found = walk?.query.get(...walk.params, at, bottom, 1);
      if (found === undefined) return { keys, next: null };
      const key = bytes(found[0]);
      agreeing = equalBytes(key, at) ? agreeing + 1 : 1;
      at = key;
      if (agreeing < walks.length) continue;
      if (keys.length === limit) return { keys, next: keys.at(-1) ?? null };
      keys.push(key);
      const below = keyBelow(key);
      if (below === null) return { keys, next: null };
      at = below;
      agreeing = 0;
    }
    return { keys, next: keyAbove(at) };
  }

  #query(sql: string): Query {
    const prepared = this.#prepared.get(sql) ?? query(this.#db, sql);
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** The key just below, or null below the first. */
export function keyBelow(key: Uint8Array): Uint8Array | null {
  const below = Buffer.from(key);
  for (let i = ID_BYTES - 1; i >= 0; i -= 1) {
    const byte = below[i] ?? 0;
    below[i] = byte === 0 ? 0xff : byte - 1;
    if (byte !== 0) return below;
  }
  return null;
}

/** The key just above; the last stays. */
function keyAbove(key: Uint8Array): Uint8Array {
  const above = Buffer.from(key);
  for (let i = ID_BYTES - 1; i >= 0; i -= 1) {
    const byte = above[i] ?? 0;
    above[i] = byte === 0xff ? 0 : byte + 1;
    if (byte !== 0xff) return above;
  }
  return LAST_KEY;
}
