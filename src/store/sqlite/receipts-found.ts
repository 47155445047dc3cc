import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import type { ReceiptFilter } from '../store.ts';
import { idKey } from './encode.ts';
import { type FoundKeys, IndexWalk, keyBelow, LAST_KEY, type Source, within } from './index-walk.ts';

const ID_BYTES = 16;

/** A filter that may ask for a model label as well. */
export interface LabelFilter extends ReceiptFilter {
  readonly labelTag?: Uint8Array;
}

/** Finds receipts along indexes, by pages whose cost does not grow with how many there are. */
export class ReceiptFinder {
  readonly #walk: IndexWalk;

  constructor(db: Database.Database) {
    this.#walk = new IndexWalk(db);
  }

  find(vault: Uint8Array, filter: LabelFilter): FoundKeys {
    const end = { keys: [], next: null };
    const top = topOf(filter);
    if (top === null) return end;
    const bottom = filter.from === null ? new Uint8Array(ID_BYTES) : firstReceiptAt(filter.from);
    if (bottom === null) return end;
    return this.#walk.find(sourcesOf(vault, filter), top, bottom, filter.limit);
  }
}

/** The conditions of a filter, the rarer first; without any, all of the vault's receipts. */
export function sourcesOf(vault: Uint8Array, filter: LabelFilter): Source[] {
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
  if (filter.labelTag !== undefined) {
    sources.push({
      sql: `SELECT receipt FROM receipt_labels WHERE vault = ? AND label_tag = ? AND ${within('receipt')}`,
      params: [vault, filter.labelTag],
    });
  }
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

/** The greatest key that a filter admits, or null for none. */
function topOf({ before, to }: ReceiptFilter): Uint8Array | null {
  const bounds = [
    before === null ? LAST_KEY : keyBelow(idKey('receipt', before)),
    to === null ? LAST_KEY : keyBelow(firstReceiptAt(to) ?? LAST_KEY),
  ];
  const least = bounds.reduce((one, other) => (one === null || other === null ? null : Buffer.compare(one, other) < 0 ? one : other));
  return least;
}

const TIMES = 2 ** 48;

/** The least key that a receipt issued at or after an instant can have; null past the last time that ids can hold. */
export function firstReceiptAt(at: Instant): Uint8Array | null {
  if (at >= TIMES) return null;
  const key = Buffer.alloc(ID_BYTES);
  key.writeUIntBE(Math.max(0, at), 0, 6);
  return key;
}
