import type Database from 'better-sqlite3';
import type { ErasingStore, PendingErasure } from '../erasing.ts';
import type { StoredCertificate, StoredServed } from '../records.ts';
import {
  bytes,
  type Command,
  command,
  id,
  idKey,
  integer,
  optionalText,
  packedRows,
  type Query,
  query,
  text,
  vaultId,
  vaultKey,
} from './encode.ts';
import { guarded } from './failure.ts';

/** What is kept of a vault's answers, by what tells its records apart. Each table begins with the vault. */
const RECORDS = {
  receipt_rows: 'receipt, position',
  addenda: 'rowid',
  evidence_due: 'receipt, number',
  receipt_labels: 'label_tag, receipt',
  receipts: 'rowid',
  retrievals: 'rowid',
  idempotency: 'grant_id, request_key',
  served: 'thread_tag, at, retrieval',
  reads: 'grant_id, retrieval',
} as const;
/** What is wiped with a whole vault. */
const OF_VAULT = {
  ...RECORDS,
  versions: 'rowid',
  row_states: 'row_id',
  boxes: 'grant_id, collection, epoch',
  rewraps: 'collection, epoch',
  logged_heads: 'seq',
  fold_checkpoints: 'rowid',
  row_snapshots: 'rowid',
  row_vectors: 'rowid',
} as const;
/** What the desks are told of a vault's answers. That there was a case, and when what happened to it, remains. */
const OF_CASES = [
  "UPDATE cases SET sealed = x'' WHERE rowid IN (SELECT rowid FROM cases WHERE vault = ? AND length(sealed) > 0 LIMIT ?)",
  `UPDATE case_events SET sealed = x'' WHERE rowid IN
     (SELECT event.rowid FROM cases JOIN case_events event ON event.case_id = cases.id
      WHERE cases.vault = ? AND length(event.sealed) > 0 LIMIT ?)`,
] as const;

type Whole = <R>(work: () => R) => R;

/** Erasing, in SQLite. `secure_delete` zeroes what is deleted; `scrub` then cuts the write-ahead log back. */
export class SqliteErasing implements ErasingStore {
  readonly #db: Database.Database;
  readonly #whole: Whole;
  readonly #pending: Query;
  readonly #certificates: Query;
  readonly #blank: Command;
  readonly #ofRow: readonly Command[];
  readonly #artefacts: Command;
  readonly #versions: Command;
  readonly #vectors: Command;
  readonly #retrievals: Command;
  readonly #keys: Query;
  readonly #key: Command;
  readonly #showed: Command;
  readonly #boxes: Command;
  readonly #rewraps: Command;
  readonly #checkpoints: Command;
  readonly #unlogged: Command;

  constructor(db: Database.Database, whole: Whole) {
    this.#db = db;
    this.#whole = whole;
    this.#pending = query(db, 'SELECT vault, seq FROM erasures WHERE done_at IS NULL ORDER BY vault, seq');
    this.#certificates = query(db, 'SELECT id, kind, at, log_index, envelope, proof FROM certificates WHERE vault = ? ORDER BY id DESC');
    this.#blank = command(db, 'UPDATE events SET beside = NULL WHERE vault = ? AND seq = ?');
    this.#versions = command(db, 'DELETE FROM versions WHERE vault = ? AND collection = ? AND row_id = ?');
    this.#vectors = command(db, 'DELETE FROM row_vectors WHERE vault = ? AND collection = ? AND row_id = ?');
    this.#ofRow = [
      command(db, 'DELETE FROM row_states WHERE vault = ? AND row_id = ?'),
      // That a receipt had the row, and where, remains: an empty disclosure is an erased one.
      command(db, "UPDATE receipt_rows SET sealed = x'' WHERE vault = ? AND row_id = ?"),
    ];
    // What was handed in for an answer may say what it leaned on. The statement about it remains, with a digest that nothing opens any more.
    this.#artefacts = command(
      db,
      `UPDATE addenda SET evidence = x'' WHERE vault = ? AND length(evidence) > 0
         AND receipt IN (SELECT receipt FROM receipt_rows WHERE vault = ? AND row_id = ?)`,
    );
    this.#retrievals = command(db, 'DELETE FROM retrievals WHERE vault = ?');
    this.#keys = query(db, 'SELECT grant_id, request_key, result_ids FROM idempotency WHERE vault = ?');
    this.#key = command(db, 'DELETE FROM idempotency WHERE vault = ? AND grant_id = ? AND request_key = ?');
    this.#showed = command(db, 'UPDATE served SET rows = ? WHERE vault = ? AND thread_tag = ? AND at = ? AND retrieval = ?');
    this.#boxes = command(db, 'DELETE FROM boxes WHERE vault = ? AND collection = ?');
    this.#rewraps = command(db, 'DELETE FROM rewraps WHERE vault = ? AND collection = ?');
    this.#checkpoints = command(db, 'DELETE FROM fold_checkpoints WHERE vault = ?');
    this.#unlogged = command(db, 'UPDATE vaults SET logged_seq = head_seq WHERE vault = ?');
  }

  async pending(): Promise<readonly PendingErasure[]> {
    return guarded(() => this.#pending.all().map((found) => ({ vault: vaultId(found[0]), seq: integer(found[1]) })));
  }

  async certificates(vault: string): Promise<readonly StoredCertificate[]> {
    return guarded(() => this.#certificates.all(vaultKey(vault)).map(toCertificate));
  }

  async blank(vault: string, seqs: readonly number[]): Promise<void> {
    const key = vaultKey(vault);
    this.#whole(() => {
      for (const seq of seqs) this.#blank.run(key, seq);
    });
  }

  async rows(vault: string, rows: readonly { readonly row: string; readonly collection: string }[]): Promise<void> {
    const key = vaultKey(vault);
    this.#whole(() => {
      for (const { row, collection } of rows) {
        for (const one of [this.#versions, this.#vectors]) one.run(key, idKey('collection', collection), idKey('memory', row));
        for (const one of this.#ofRow) one.run(key, idKey('memory', row));
        this.#artefacts.run(key, key, idKey('memory', row));
      }
    });
  }

  async beside(vault: string, rows: ReadonlySet<string> | null): Promise<void> {
    const key = vaultKey(vault);
    this.#whole(() => {
      this.#retrievals.run(key);
      for (const found of this.#keys.all(key)) {
        const ids = JSON.parse(text(found[2])) as string[];
        if (rows !== null && !ids.some((one) => rows.has(one) || one.startsWith('ret_'))) continue;
        this.#key.run(key, bytes(found[0]), bytes(found[1]));
      }
    });
  }

  async served(vault: string, records: readonly StoredServed[]): Promise<void> {
    const key = vaultKey(vault);
    this.#whole(() => {
      for (const { threadTag, at, retrieval, rows } of records) {
        this.#showed.run(packedRows(rows), key, threadTag, at, idKey('retrieval', retrieval));
      }
    });
  }

  async collection(vault: string, collection: string): Promise<void> {
    const [key, of] = [vaultKey(vault), idKey('collection', collection)];
    this.#whole(() => {
      this.#boxes.run(key, of);
      this.#rewraps.run(key, of);
      this.#checkpoints.run(key);
    });
  }

  async records(vault: string, most: number): Promise<boolean> {
    return this.#empty(vault, RECORDS, most);
  }

  async vault(vault: string, most: number): Promise<boolean> {
    // Nobody is left to whom a leaf of its head could be opened.
    this.#whole(() => this.#unlogged.run(vaultKey(vault)));
    return this.#empty(vault, OF_VAULT, most);
  }

  #empty(vault: string, tables: Readonly<Record<string, string>>, most: number): boolean {
    const key = vaultKey(vault);
    return this.#whole(() => {
      const gone = Object.entries(tables).map(([table, by]) => {
        const some = `IN (SELECT ${by} FROM ${table} WHERE vault = ? LIMIT ?)`;
        // A row's number names it in the whole table; with the vault beside it, SQLite would look through the vault for it.
        if (by === 'rowid') return command(this.#db, `DELETE FROM ${table} WHERE rowid ${some}`).run(key, most).changes;
        return command(this.#db, `DELETE FROM ${table} WHERE vault = ? AND (${by}) ${some}`).run(key, key, most).changes;
      });
      const blanked = OF_CASES.map((sql) => command(this.#db, sql).run(key, most).changes);
      return [...gone, ...blanked].some((count) => count === most);
    });
  }
}

function toCertificate(found: unknown[]): StoredCertificate {
  const kind = text(found[1]) === 'export' ? 'export' : 'erasure';
  const proof = optionalText(found[5]);
  return {
    id: id('certificate', found[0]),
    kind,
    at: integer(found[2]),
    logIndex: integer(found[3]),
    envelope: bytes(found[4]),
    ...(proof === null ? {} : { proof }),
  };
}
