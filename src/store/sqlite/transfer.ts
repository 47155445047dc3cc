import Database from 'better-sqlite3';
import { equalBytes } from '../../core/bytes.ts';
import type { Instant } from '../../core/instant.ts';
import type { ReceiptLabel } from '../addenda.ts';
import type { StoredBox, StoredCertificate, StoredErasure, StoredRead, StoredServed } from '../records.ts';
import { StoreConflict, type VaultChange } from '../store.ts';
import type { ImportEnd, ImportPiece, StoredImport, TransferStore } from '../transfer.ts';
import type { CommitWriter } from './commit.ts';
import { bytes, type Command, command, idKey, integer, type Query, query, text, tierNumber, vaultKey } from './encode.ts';
import { guarded } from './failure.ts';
import { TransferEvidence } from './transfer-evidence.ts';
import { TransferReader } from './transfer-reader.ts';

/** What a vault has besides its ledger's head; each of these tables begins with the vault. */
const TABLES = [
  'events',
  'versions',
  'row_states',
  'grants',
  'boxes',
  'receipts',
  'receipt_rows',
  'served',
  'reads',
  'rewraps',
  'row_snapshots',
  'row_vectors',
  'addenda',
  'evidence_due',
  'receipt_labels',
] as const;
/** Of these, what is here stays, and what comes is added to it. */
const ADDED = ['receipts', 'receipt_rows', 'served', 'reads', 'addenda', 'evidence_due', 'receipt_labels'] as const;
/** What an import brings into them before its end. */
const STAGED = ['events', 'versions', 'boxes', ...ADDED] as const;
const IMPORT = ['import_rows', 'import_notes', 'imports'] as const;
const NO_HEAD = { seq: 0, hash: new Uint8Array(32), at: 0 };

type Whole = <R>(work: () => R) => R;

/** What taking vaults along needs, in SQLite. */
export class SqliteTransfer implements TransferStore {
  readonly #db: Database.Database;
  readonly #commits: CommitWriter;
  readonly #whole: Whole;
  readonly #reader: TransferReader;
  readonly #evidence: TransferEvidence;
  readonly #import: Query;
  readonly #begin: Command;
  readonly #touch: Command;
  readonly #row: Command;
  readonly #note: Command;
  readonly #head: Query;
  readonly #grantVault: Query;

  constructor(db: Database.Database, commits: CommitWriter, whole: Whole) {
    this.#db = db;
    this.#commits = commits;
    this.#whole = whole;
    this.#reader = new TransferReader(db);
    this.#evidence = new TransferEvidence(db);
    const columns = 'vault, id, stage_key, base_seq, begun_at, touched_at, pieces, request';
    this.#import = query(db, `SELECT ${columns} FROM imports WHERE vault = ?`);
    this.#begin = command(db, `INSERT INTO imports (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#touch = command(db, 'UPDATE imports SET pieces = ?, touched_at = ? WHERE vault = ?');
    this.#row = command(
      db,
      'INSERT INTO import_rows (vault, row_id, version, tier, active_until, background_until, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#note = command(db, 'INSERT INTO import_notes (vault, piece, position, note) VALUES (?, ?, ?, ?)');
    this.#head = query(db, 'SELECT head_seq, head_hash FROM vaults WHERE vault = ?');
    this.#grantVault = query(db, 'SELECT vault FROM grants WHERE grant_id = ?');
  }

  async served(vault: string, after: StoredServed | null, limit: number): Promise<readonly StoredServed[]> {
    return guarded(() => this.#reader.served(vaultKey(vault), after, limit));
  }

  async reads(vault: string, after: Pick<StoredRead, 'grant' | 'retrieval'> | null, limit: number): Promise<readonly StoredRead[]> {
    return guarded(() => this.#reader.reads(vaultKey(vault), after, limit));
  }

  async labels(vault: string, after: ReceiptLabel | null, limit: number): Promise<readonly ReceiptLabel[]> {
    return guarded(() => this.#evidence.labels(vaultKey(vault), after, limit));
  }

  async erasures(vault: string): Promise<readonly StoredErasure[]> {
    return guarded(() => this.#reader.erasures(vaultKey(vault)));
  }

  async certificates(vault: string): Promise<readonly StoredCertificate[]> {
    return guarded(() => this.#reader.certificates(vaultKey(vault)));
  }

  async boxes(vault: string): Promise<readonly StoredBox[]> {
    return guarded(() => this.#reader.boxes(vaultKey(vault)));
  }

  async counts(vault: string): ReturnType<TransferStore['counts']> {
    return guarded(() => this.#reader.counts(vaultKey(vault)));
  }

  async strayAddendum(vault: string): Promise<string | null> {
    return guarded(() => this.#reader.strayAddendum(vaultKey(vault)));
  }

  async collections(vault: string): Promise<readonly string[]> {
    return guarded(() => this.#reader.collections(vaultKey(vault)));
  }

  async import(vault: string): Promise<StoredImport | null> {
    return guarded(() => this.#find(vault));
  }

  async notes(vault: string): Promise<readonly string[]> {
    return guarded(() =>
      query(this.#db, 'SELECT note FROM import_notes WHERE vault = ? ORDER BY piece, position')
        .all(vaultKey(vault))
        .map((found) => text(found[0])),
    );
  }

  async importsBefore(touchedBefore: Instant): Promise<readonly string[]> {
    return guarded(() =>
      query(this.#db, 'SELECT vault FROM imports WHERE touched_at < ?')
        .all(touchedBefore)
        .map((found) => Buffer.from(bytes(found[0])).toString('hex')),
    );
  }

  async begin(started: StoredImport): Promise<void> {
    const { vault, stageKey, baseSeq, begunAt, touchedAt, pieces, request } = started;
    this.#whole(() => {
      this.#drop(vault);
      this.#begin.run(vaultKey(vault), started.id, vaultKey(stageKey), baseSeq, begunAt, touchedAt, pieces, request);
    });
  }

  async add(vault: string, importId: Uint8Array, piece: number, records: ImportPiece, now: Instant): Promise<boolean> {
    return this.#whole(() => {
      const found = this.#require(vault, importId);
      if (piece === found.pieces - 1) return false;
      if (piece !== found.pieces) throw new StoreConflict([vault], false);
      this.#stage(found, piece, records);
      this.#touch.run(piece + 1, now, vaultKey(vault));
      return true;
    });
  }

  async end(vault: string, importId: Uint8Array, end: ImportEnd): Promise<number> {
    return this.#whole(() => {
      const { stageKey } = this.#require(vault, importId);
      const [key, staged] = [vaultKey(vault), vaultKey(stageKey)];
      this.#requireHead(vault, key, end);
      const left = stageKey === vault ? 0 : this.#makeWay(key, staged);
      this.#evidence.forgetOrphans(key);
      this.#db.prepare('INSERT INTO row_states SELECT * FROM import_rows WHERE vault = ?').run(key);
      for (const grant of end.grants) {
        const owner = this.#grantVault.get(idKey('grant', grant));
        if (owner !== undefined && !equalBytes(bytes(owner[0]), key)) throw new StoreConflict([vault], false);
      }
      const { expected, head, grants, rewraps, erasures, certificates, meta } = end;
      this.#commits.applyVault(key, { ...NOTHING, vault, expected, head, grants, rewraps, erasures, certificates });
      this.#db
        .prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
        .run(meta.key, meta.value);
      for (const table of IMPORT) this.#delete(table, key);
      return left;
    });
  }

  async drop(vault: string): Promise<void> {
    this.#whole(() => this.#drop(vault));
  }

  #find(vault: string): StoredImport | null {
    const found = this.#import.get(vaultKey(vault));
    if (found === undefined) return null;
    return {
      vault,
      id: bytes(found[1]),
      stageKey: Buffer.from(bytes(found[2])).toString('hex'),
      baseSeq: found[3] === null ? null : integer(found[3]),
      begunAt: integer(found[4]),
      touchedAt: integer(found[5]),
      pieces: integer(found[6]),
      request: bytes(found[7]),
    };
  }

  #require(vault: string, importId: Uint8Array): StoredImport {
    const found = this.#find(vault);
    if (found === null || !equalBytes(found.id, importId)) throw new StoreConflict([vault], false);
    return found;
  }

  #stage({ vault, stageKey }: StoredImport, piece: number, records: ImportPiece): void {
    const key = vaultKey(vault);
    const { events, versions, boxes, receipts, receiptRows, served, reads, addenda, dues, labels } = records;
    const ledger = { vault: stageKey, events, versions, boxes };
    try {
      const change = { ...NOTHING, ...ledger, receipts, receiptRows, served, reads, addenda, dues, receiptLabels: labels };
      if (!this.#commits.applyVault(vaultKey(stageKey), change)) throw new StoreConflict([vault], false);
      this.#evidence.grow(vaultKey(stageKey), records.evidence, vault);
      for (const { row, version, tier, activeUntil, backgroundUntil, dueAt } of records.rows)
        this.#row.run(key, idKey('memory', row), version, tierNumber(tier), activeUntil, backgroundUntil, dueAt);
      for (const [position, note] of records.notes.entries()) this.#note.run(key, piece, position, note);
    } catch (error) {
      // Something that there can only be one of is there already.
      if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')) throw new StoreConflict([vault], false);
      throw error;
    }
  }

  /** @throws {StoreConflict} */
  #requireHead(vault: string, key: Uint8Array, { expected }: ImportEnd): void {
    const found = this.#head.get(key);
    const same =
      found === undefined || expected === null
        ? found === undefined && expected === null
        : integer(found[0]) === expected.seq && equalBytes(bytes(found[1]), expected.hash);
    if (!same) throw new StoreConflict([vault], false);
  }

  /** What has been staged takes the place of what is there. Receipts that were issued here stay, and evidence that was added here. */
  #makeWay(key: Uint8Array, staged: Uint8Array): number {
    const left = this.#evidence.makeWay(key, staged);
    const kept: ReadonlySet<string> = new Set(ADDED);
    for (const table of TABLES) if (!kept.has(table)) this.#delete(table, key);
    for (const table of STAGED) this.#db.prepare(`UPDATE OR IGNORE ${table} SET vault = ? WHERE vault = ?`).run(key, staged);
    for (const table of STAGED) this.#delete(table, staged);
    return left;
  }

  #drop(vault: string): void {
    const found = this.#find(vault);
    if (found === null) return;
    const [key, staged] = [vaultKey(vault), vaultKey(found.stageKey)];
    // Where the vault has come to be here by another way, what lies under its id is its own.
    if (found.stageKey !== vault || this.#head.get(key) === undefined) for (const table of STAGED) this.#delete(table, staged);
    for (const table of IMPORT) this.#delete(table, key);
  }

  #delete(table: (typeof TABLES)[number] | (typeof IMPORT)[number], key: Uint8Array): void {
    this.#db.prepare<[Uint8Array]>(`DELETE FROM ${table} WHERE vault = ?`).run(key);
  }
}

const NOTHING: VaultChange = {
  vault: '',
  expected: NO_HEAD,
  events: [],
  head: NO_HEAD,
  versions: [],
  rows: [],
  grants: [],
  boxes: [],
  unboxed: [],
  retrievals: [],
  receipts: [],
  receiptRows: [],
  idempotency: [],
  served: [],
  reads: [],
  rewraps: [],
  rewrapped: [],
  resealed: [],
  erasures: [],
  certificates: [],
  vectors: [],
  addenda: [],
  dues: [],
  receiptLabels: [],
  paidUnexplained: [],
};
