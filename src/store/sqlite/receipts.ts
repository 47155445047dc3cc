import type Database from 'better-sqlite3';
import type { StoredReceipt, StoredReceiptRow } from '../records.ts';
import type { ReceiptFilter, ReceiptPage, RowSince } from '../store.ts';
import { bytes, id, idKey, integer, optionalBytes, placeKey, type Query, query, text } from './encode.ts';
import { firstReceiptAt, ReceiptFinder } from './receipts-found.ts';

const COLUMNS = 'id, retrieval, grant_id, issued_at, log_index, thread_tag, paid_unexplained, sealed, proof';

/** Reads receipts. */
export class ReceiptReader {
  readonly #one: Query;
  readonly #forRetrieval: Query;
  readonly #rows: Query;
  readonly #count: Query;
  readonly #countOwn: Query;
  readonly #after: Query;
  readonly #finder: ReceiptFinder;

  constructor(db: Database.Database) {
    this.#finder = new ReceiptFinder(db);
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
      const first = firstReceiptAt(from);
      if (first === null) return 0;
      const params = [vault, idKey('memory', row), first];
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

  /** A page, newest first. */
  page(vault: Uint8Array, filter: ReceiptFilter): ReceiptPage {
    const { keys, next } = this.#finder.find(vault, filter);
    const receipts = keys.flatMap((key) => {
      const found = this.#one.get(vault, key);
      return found === undefined ? [] : [toReceipt(found)];
    });
    return { receipts, next: next === null ? null : id('receipt', next) };
  }
}

function toReceipt(found: unknown[]): StoredReceipt {
  return {
    id: id('receipt', found[0]),
    retrieval: id('retrieval', found[1]),
    grant: id('grant', found[2]),
    issuedAt: integer(found[3]),
    logIndex: integer(found[4]),
    threadTag: optionalBytes(found[5]),
    paidUnexplained: integer(found[6]) === 1,
    sealed: bytes(found[7]),
    ...(found[8] === null ? {} : { proof: text(found[8]) }),
  };
}
