import type Database from 'better-sqlite3';
import { equalBytes } from '../../core/bytes.ts';
import type { Instant } from '../../core/instant.ts';
import type { ReceiptFilter } from '../store.ts';
import { bytes, idKey, type Param, type Query, query } from './encode.ts';

const ID_BYTES = 16;

/** How many steps along indexes one page may take: some ten milliseconds’ worth where they lie far apart, in pages that are not in memory. */
const STEPS = 1024;

/** Keys of receipts that were found, newest first, and the key below which to go on, or null at the end. */
export interface FoundReceipts {
  readonly keys: readonly Uint8Array[];
  readonly next: Uint8Array | null;
}

/** One condition of a filter: the receipts that fulfil it lie in one index, in the order of their ids, from its newest on. */
interface Source {
  readonly sql: string;
  readonly params: readonly Param[];
}

/**
 * Finds receipts along indexes that are all in the order of ids, and so of time. One condition is read off its own index; of several, each
 * index says in turn what comes next in it, at or below what the others have come to, so that the rarest sets the pace. However many
 * receipts a row or an app has, no more is read than the page holds, or than `STEPS` for conditions that seldom meet.
 */
export class ReceiptFinder {
  readonly #db: Database.Database;
  readonly #prepared = new Map<string, Query>();

  constructor(db: Database.Database) {
    this.#db = db;
  }

  find(vault: Uint8Array, filter: ReceiptFilter): FoundReceipts {
    const end = { keys: [], next: null };
    const top = topOf(filter);
    if (top === null) return end;
    const bottom = filter.from === null ? new Uint8Array(ID_BYTES) : firstReceiptAt(filter.from);
    if (bottom === null) return end;
    const sources = sourcesOf(vault, filter);
    const [first] = sources;
    if (first !== undefined && sources.length === 1) return this.#range(first, top, bottom, filter.limit);
    return this.#meet(sources, top, bottom, filter.limit);
  }

  #range({ sql, params }: Source, top: Uint8Array, bottom: Uint8Array, limit: number): FoundReceipts {
    const found = this.#query(sql).all(...params, top, bottom, limit + 1);
    const keys = found.slice(0, limit).map(([key]) => bytes(key));
    return { keys, next: found.length > limit ? (keys.at(-1) ?? null) : null };
  }

  #meet(sources: readonly Source[], top: Uint8Array, bottom: Uint8Array, limit: number): FoundReceipts {
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

/** The conditions of a filter, the rarer first; without any, all of the vault's receipts. */
export function sourcesOf(vault: Uint8Array, filter: ReceiptFilter): Source[] {
  const sources: Source[] = [];
  if (filter.paidUnexplained) {
    sources.push({
      sql: `SELECT id FROM receipts INDEXED BY receipts_paid_unexplained WHERE vault = ? AND paid_unexplained = 1 AND ${within('id')}`,
      params: [vault],
    });
  }
  if (filter.threadTag !== null)
    sources.push({
      sql: `SELECT id FROM receipts WHERE vault = ? AND thread_tag = ? AND ${within('id')}`,
      params: [vault, filter.threadTag],
    });
  if (filter.row !== null) {
    sources.push({
      sql: `SELECT DISTINCT receipt FROM receipt_rows WHERE vault = ? AND row_id = ? AND ${within('receipt')}`,
      params: [vault, idKey('memory', filter.row)],
    });
  }
  if (filter.grant !== null) {
    sources.push({
      sql: `SELECT id FROM receipts WHERE vault = ? AND grant_id = ? AND ${within('id')}`,
      params: [vault, idKey('grant', filter.grant)],
    });
  }
  if (sources.length === 0) sources.push({ sql: `SELECT id FROM receipts WHERE vault = ? AND ${within('id')}`, params: [vault] });
  return sources;
}

/** Between two ids, the newest first. */
function within(column: string): string {
  return `${column} <= ? AND ${column} >= ? ORDER BY ${column} DESC LIMIT ?`;
}

/** The greatest key that a filter admits, or null for none. */
function topOf({ before, to }: ReceiptFilter): Uint8Array | null {
  const bounds = [before === null ? LAST : keyBelow(idKey('receipt', before)), to === null ? LAST : keyBelow(firstReceiptAt(to) ?? LAST)];
  const least = bounds.reduce((one, other) => (one === null || other === null ? null : Buffer.compare(one, other) < 0 ? one : other));
  return least;
}

const LAST = Buffer.alloc(ID_BYTES, 0xff);
const TIMES = 2 ** 48;

/** The least key that a receipt issued at or after an instant can have; null past the last time that ids can hold. */
export function firstReceiptAt(at: Instant): Uint8Array | null {
  if (at >= TIMES) return null;
  const key = Buffer.alloc(ID_BYTES);
  key.writeUIntBE(Math.max(0, at), 0, 6);
  return key;
}

/** The key just below, or null below the first. */
function keyBelow(key: Uint8Array): Uint8Array | null {
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
  return LAST;
}
