import type Database from 'better-sqlite3';
import { encodeId } from '../../core/ids.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { StoredBox, StoredCertificate, StoredErasure, StoredRead, StoredServed } from '../records.ts';
import { bytes, id, idKey, integer, NO_BYTES, optionalInteger, type Query, query, text } from './encode.ts';

const ID_BYTES = 16;

/** Reads what an export takes along besides ledger, rows and receipts. Opens no transaction of its own. */
export class TransferReader {
  readonly #served: Query;
  readonly #reads: Query;
  readonly #erasures: Query;
  readonly #certificates: Query;
  readonly #boxes: Query;
  readonly #versions: Query;
  readonly #receipts: Query;
  readonly #receiptRows: Query;
  readonly #addenda: Query;
  readonly #stray: Query;
  readonly #nextCollection: Query;

  constructor(db: Database.Database) {
    this.#served = query(
      db,
      `SELECT thread_tag, at, retrieval, rows FROM served WHERE vault = ? AND (thread_tag, at, retrieval) > (?, ?, ?)
       ORDER BY thread_tag, at, retrieval LIMIT ?`,
    );
    this.#reads = query(
      db,
      `SELECT grant_id, retrieval, at, rows FROM reads WHERE vault = ? AND (grant_id, retrieval) > (?, ?)
       ORDER BY grant_id, retrieval LIMIT ?`,
    );
    this.#erasures = query(db, 'SELECT seq, done_at FROM erasures WHERE vault = ? ORDER BY seq');
    this.#certificates = query(db, 'SELECT id, kind, at, log_index, envelope, proof FROM certificates WHERE vault = ? ORDER BY id');
    this.#boxes = query(db, 'SELECT grant_id, collection, epoch, box FROM boxes WHERE vault = ? ORDER BY grant_id, collection, epoch');
    this.#versions = query(db, 'SELECT count(*) FROM versions WHERE vault = ?');
    this.#receipts = query(db, 'SELECT count(*) FROM receipts WHERE vault = ?');
    this.#receiptRows = query(db, 'SELECT count(*) FROM receipt_rows WHERE vault = ?');
    this.#addenda = query(db, 'SELECT count(*) FROM addenda WHERE vault = ?');
    this.#stray = query(
      db,
      `SELECT receipt FROM addenda WHERE vault = ? GROUP BY receipt
       HAVING max(number) <> count(*) OR NOT EXISTS (SELECT 1 FROM receipts WHERE vault = ? AND id = addenda.receipt) LIMIT 1`,
    );
    this.#nextCollection = query(db, 'SELECT min(collection) FROM versions WHERE vault = ? AND collection > ?');
  }

  served(vault: Uint8Array, after: StoredServed | null, limit: number): readonly StoredServed[] {
    const from = after === null ? [NO_BYTES, 0, NO_BYTES] : [after.threadTag, after.at, idKey('retrieval', after.retrieval)];
    return this.#served.all(vault, ...from, limit).map((found) => ({
      threadTag: bytes(found[0]),
      at: integer(found[1]),
      retrieval: id('retrieval', found[2]),
      rows: idsIn(bytes(found[3])),
    }));
  }

  reads(vault: Uint8Array, after: Pick<StoredRead, 'grant' | 'retrieval'> | null, limit: number): readonly StoredRead[] {
    const from = after === null ? [NO_BYTES, NO_BYTES] : [idKey('grant', after.grant), idKey('retrieval', after.retrieval)];
    return this.#reads.all(vault, ...from, limit).map((found) => ({
      grant: id('grant', found[0]),
      retrieval: id('retrieval', found[1]),
      at: integer(found[2]),
      rows: idsIn(bytes(found[3])),
    }));
  }

  erasures(vault: Uint8Array): readonly StoredErasure[] {
    return this.#erasures.all(vault).map((found) => ({ seq: integer(found[0]), doneAt: optionalInteger(found[1]) }));
  }

  certificates(vault: Uint8Array): readonly StoredCertificate[] {
    return this.#certificates.all(vault).map((found) => ({
      id: id('certificate', found[0]),
      kind: kindOf(found[1]),
      at: integer(found[2]),
      logIndex: integer(found[3]),
      envelope: bytes(found[4]),
      ...(found[5] === null ? {} : { proof: text(found[5]) }),
    }));
  }

  boxes(vault: Uint8Array): readonly StoredBox[] {
    return this.#boxes.all(vault).map((found) => ({
      grant: bytes(found[0]).length === 0 ? null : id('grant', found[0]),
      collection: id('collection', found[1]),
      epoch: integer(found[2]),
      box: bytes(found[3]),
    }));
  }

  counts(vault: Uint8Array): { versions: number; receipts: number; receiptRows: number; addenda: number } {
    const count = (asked: Query): number => integer(asked.get(vault)?.[0]);
    return {
      versions: count(this.#versions),
      receipts: count(this.#receipts),
      receiptRows: count(this.#receiptRows),
      addenda: count(this.#addenda),
    };
  }

  strayAddendum(vault: Uint8Array): string | null {
    const found = this.#stray.get(vault, vault);
    return found === undefined ? null : id('receipt', found[0]);
  }

  collections(vault: Uint8Array): readonly string[] {
    const found: string[] = [];
    for (let after: Uint8Array = NO_BYTES; ;) {
      const next = this.#nextCollection.get(vault, after)?.[0] ?? null;
      if (next === null) return found;
      after = bytes(next);
      found.push(encodeId('collection', after));
    }
  }
}

function kindOf(value: unknown): StoredCertificate['kind'] {
  if (value !== 'erasure' && value !== 'export') throw new MemSyncError('store_failed', 'A stored certificate is of no known kind.');
  return value;
}

function idsIn(packed: Uint8Array): string[] {
  return Array.from({ length: Math.floor(packed.length / ID_BYTES) }, (_, i) =>
    encodeId('memory', packed.subarray(i * ID_BYTES, (i + 1) * ID_BYTES)),
  );
}
