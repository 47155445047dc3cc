import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import type { StoredReceipt, StoredReceiptRow } from '../records.ts';
import type { ReceiptFilter, RowSince } from '../store.ts';
import { bytes, id, idKey, integer, optionalBytes, type Param, placeKey, type Query, query, text } from './encode.ts';

const COLUMNS = 'id, retrieval, grant_id, issued_at, log_index, thread_tag, sealed, proof';

/** Reads receipts. */
export class ReceiptReader {
  readonly #db: Database.Database;
  readonly #one: Query;
  readonly #forRetrieval: Query;
  readonly #rows: Query;
  readonly #count: Query;
  readonly #countOwn: Query;
  readonly #after: Query;
  /** A list's statement for each set of conditions that has been asked for. */
  readonly #lists = new Map<string, Query>();

  constructor(db: Database.Database) {
    this.#db = db;
    this.#one = query(db, `SELECT ${COLUMNS} FROM receipts WHERE vault = ? AND id = ?`);
    this.#after = query(db, `SELECT ${COLUMNS} FROM receipts WHERE vault = ? AND id > ? ORDER BY id LIMIT ?`);
    this.#forRetrieval = query(db, 'SELECT id FROM receipts WHERE vault = ? AND retrieval = ?');
    this.#count = query(db, 'SELECT COUNT(*) FROM receipt_rows WHERE vault = ? AND row_id = ? AND receipt >= ?');
    this.#countOwn = query(
      db,
      `SELECT COUNT(*) FROM receipt_rows AS served JOIN receipts ON receipts.vault = served.vault AND receipts.id = served.receipt
       WHERE served.vault = ? AND served.row_id = ? AND served.receipt >= ? AND receipts.grant_id = ?`,
    );
    this.#rows = query(db, 'SELECT receipt, position, row_id, sealed FROM receipt_rows WHERE vault = ? AND receipt = ? ORDER BY position');
  }

  one(vault: Uint8Array, receipt: string): StoredReceipt | null {
    const found = this.#one.get(vault, idKey('receipt', receipt));
    return found === undefined ? null : toReceipt(found);
  }

  after(vault: Uint8Array, after: string, limit: number): readonly StoredReceipt[] {
    return this.#after.all(vault, placeKey('receipt', after), limit).map(toReceipt);
  }

  /** A receipt's id begins with when it was issued, so each count reads only the receipts that it counts. */
  counts(vault: Uint8Array, since: readonly RowSince[], grant: string | null): number[] {
    return since.map(({ row, since: from }) => {
      const params = [vault, idKey('memory', row), firstReceiptAt(from)];
      const found = grant === null ? this.#count.get(...params) : this.#countOwn.get(...params, idKey('grant', grant));
      return integer(found?.[0]);
    });
  }

  forRetrieval(vault: Uint8Array, retrieval: string): string | null {
    const found = this.#forRetrieval.get(vault, idKey('retrieval', retrieval));
    return found === undefined ? null : id('receipt', found[0]);
  }

  rows(vault: Uint8Array, receipt: string): readonly StoredReceiptRow[] {
    return this.#rows.all(vault, idKey('receipt', receipt)).map((found) => ({
      receipt: id('receipt', found[0]),
      position: integer(found[1]),
      row: id('memory', found[2]),
      sealed: bytes(found[3]),
    }));
  }

  list(vault: Uint8Array, filter: ReceiptFilter): readonly StoredReceipt[] {
    const { sql, params } = listStatement(vault, filter);
    const list = this.#lists.get(sql) ?? query(this.#db, sql);
    this.#lists.set(sql, list);
    return list.all(...params).map(toReceipt);
  }
}

/** The statement that lists what a filter asks for, and what to bind to it. */
export function listStatement(vault: Uint8Array, filter: ReceiptFilter): { sql: string; params: Param[] } {
  const conditions = ['vault = ?'];
  const params: Param[] = [vault];
  const when = (condition: string, ...values: Param[]): void => {
    conditions.push(condition);
    params.push(...values);
  };
  if (filter.grant !== null) when('grant_id = ?', idKey('grant', filter.grant));
  if (filter.row !== null)
    when('id IN (SELECT receipt FROM receipt_rows WHERE vault = ? AND row_id = ?)', vault, idKey('memory', filter.row));
  if (filter.threadTag !== null) when('thread_tag = ?', filter.threadTag);
  if (filter.from !== null) when('issued_at >= ?', filter.from);
  if (filter.to !== null) when('issued_at < ?', filter.to);
  if (filter.before !== null) when('id < ?', idKey('receipt', filter.before));
  params.push(filter.limit);
  return { sql: `SELECT ${COLUMNS} FROM receipts WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`, params };
}

function toReceipt(found: unknown[]): StoredReceipt {
  return {
    id: id('receipt', found[0]),
    retrieval: id('retrieval', found[1]),
    grant: id('grant', found[2]),
    issuedAt: integer(found[3]),
    logIndex: integer(found[4]),
    threadTag: optionalBytes(found[5]),
    sealed: bytes(found[6]),
    ...(found[7] === null ? {} : { proof: text(found[7]) }),
  };
}

/** The least key that a receipt issued at an instant can have. */
function firstReceiptAt(at: Instant): Uint8Array {
  const key = Buffer.alloc(16);
  key.writeUIntBE(Math.max(0, at), 0, 6);
  return key;
}
