import type { Instant } from '../core/instant.ts';
import type {
  DueRow,
  JobRun,
  NewIdempotency,
  StoredBox,
  StoredCertificate,
  StoredErasure,
  StoredEvent,
  StoredHead,
  StoredIdempotency,
  StoredLog,
  StoredRead,
  StoredReceipt,
  StoredReceiptRow,
  StoredReseal,
  StoredRetrieval,
  StoredRewrap,
  StoredRow,
  StoredServed,
  StoredTile,
  StoredVersion,
  StoredWrap,
} from './records.ts';
import type { AddendumStore, DueChange, PaidFlag, ReceiptLabel, StoredAddendum } from './addenda.ts';
import type { CaseChange, CaseStore } from './cases.ts';
import type { CheckpointStore } from './checkpoints.ts';
import type { ErasingStore } from './erasing.ts';
import type { HeadStore, LoggedHead } from './heads.ts';
import type { SnapshotStore } from './snapshots.ts';
import type { TransferStore } from './transfer.ts';
import type { StoredVector, VectorStore } from './vectors.ts';
import type { WitnessStore } from './witnesses.ts';

/** All that one vault's writes of one commit come to. Applied whole, on top of `expected`, or not at all. */
export interface VaultChange {
  readonly vault: string;
  /** The head that the change was built on; null creates the vault. */
  readonly expected: StoredHead | null;
  /** In order; empty where only records beside the ledger change. */
  readonly events: readonly StoredEvent[];
  readonly head: StoredHead;
  readonly versions: readonly StoredVersion[];
  /** Inserted or replaced. */
  readonly rows: readonly StoredRow[];
  readonly grants: readonly string[];
  readonly boxes: readonly StoredBox[];
  /** Grants whose boxes are deleted. */
  readonly unboxed: readonly string[];
  readonly retrievals: readonly StoredRetrieval[];
  readonly receipts: readonly StoredReceipt[];
  readonly receiptRows: readonly StoredReceiptRow[];
  readonly idempotency: readonly NewIdempotency[];
  readonly served: readonly StoredServed[];
  readonly reads: readonly StoredRead[];
  /** Inserted, or in place of what is behind them: no progress is ever undone. Row snapshots and vectors under earlier keys of the collection go. */
  readonly rewraps: readonly StoredRewrap[];
  /** Take the place of wrapped keys of an earlier epoch; a version that is gone stays gone. */
  readonly rewrapped: readonly StoredWrap[];
  /** Take the place of what they were made from; a record that is gone, or has changed, stays as it is. */
  readonly resealed: readonly StoredReseal[];
  /** Inserted or replaced. With any of them the vault's row snapshots go. */
  readonly erasures: readonly StoredErasure[];
  readonly certificates: readonly StoredCertificate[];
  /** Inserted or replaced. */
  readonly vectors: readonly StoredVector[];
  /** Written after the receipts; another's number is never taken. */
  readonly addenda: readonly StoredAddendum[];
  readonly dues: readonly DueChange[];
  readonly receiptLabels: readonly ReceiptLabel[];
  /** In place of what the receipts say. */
  readonly paidUnexplained: readonly PaidFlag[];
  /** Rows that nothing is due of until they are written anew. */
  readonly unsure?: readonly string[];
}

/** What one commit adds to the log. */
export interface LogChange {
  readonly expectedSize: number;
  readonly log: StoredLog;
  /** Tiles and bundles that grew, each with all that it now holds. */
  readonly tiles: readonly StoredTile[];
}

/** Everything that one commit writes: one transaction, one fsync. */
export interface Commit {
  readonly vaults: readonly VaultChange[];
  readonly log: LogChange | null;
  /** Which heads of vaults the log gets leaves of; each later than the last one that it has of that vault. */
  readonly heads?: readonly LoggedHead[];
  /** Of the review queue, in order: each is applied on top of what those before it made of its case. */
  readonly cases?: readonly CaseChange[];
}

/** A row, and an instant since which something about it is counted. */
export interface RowSince {
  readonly row: string;
  readonly since: Instant;
}

/** How a page of receipts is asked for; newest first. */
export interface ReceiptFilter {
  /** Only this grant's own; null for all. */
  readonly grant: string | null;
  readonly row: string | null;
  readonly threadTag: Uint8Array | null;
  /** Only those whose payment is verified while another claim is not. */
  readonly paidUnexplained: boolean;
  /** Issued at or after this instant, which a receipt's id begins with. */
  readonly from: Instant | null;
  /** Exclusive. */
  readonly to: Instant | null;
  /** Receipt id to go on below (exclusive), or null. */
  readonly before: string | null;
  /** At least 1. */
  readonly limit: number;
}

/** A page of receipts. What it costs does not grow with how many there are: a page may be short, even empty, and still not be the last. */
export interface ReceiptPage {
  readonly receipts: readonly StoredReceipt[];
  /** The id to go on below, not always one of a receipt; null when there are no more. */
  readonly next: string | null;
}

/** Reading. Every method is one consistent read; null is "there is none". */
export interface StoreReader {
  vaultCount(): Promise<number>;
  vaultIds(): Promise<readonly string[]>;
  head(vault: string): Promise<StoredHead | null>;
  /** Events from `fromSeq` on, in order, at most `limit`. */
  events(vault: string, fromSeq: number, limit: number): Promise<readonly StoredEvent[]>;
  eventHash(vault: string, seq: number): Promise<Uint8Array | null>;
  /** Every version in a collection whose row id is above `afterRow` (exclusive, '' for the first), by row and version, whole rows, about `limit` versions. */
  versions(vault: string, collection: string, afterRow: string, limit: number): Promise<readonly StoredVersion[]>;
  version(vault: string, row: string, version: number): Promise<StoredVersion | null>;
  /** Wrapped keys in a collection whose row id is above `afterRow` (exclusive, '' for the first), by row and version, whole rows, about `limit`. */
  wraps(vault: string, collection: string, afterRow: string, limit: number): Promise<readonly StoredWrap[]>;
  /** Every rotation that the vault has had, by collection and epoch, with how far what lies under the earlier keys has been brought along. */
  rewraps(vault: string): Promise<readonly StoredRewrap[]>;
  /** How many rotations, of all vaults, have not been brought to their end. */
  rewrapsPending(): Promise<number>;
  rows(vault: string): Promise<readonly StoredRow[]>;
  /** Those of the named rows that there are. */
  rowsNamed(vault: string, rows: readonly string[]): Promise<readonly StoredRow[]>;
  /** The vault that a grant id belongs to. */
  grantVault(grant: string): Promise<string | null>;
  /** A grant's boxes; null for the owner's own. */
  boxes(vault: string, grant: string | null): Promise<readonly StoredBox[]>;
  retrieval(vault: string, id: string): Promise<StoredRetrieval | null>;
  /** Retrievals whose id is above `after` (exclusive, '' for the first), by id. */
  retrievalsAfter(vault: string, after: string, limit: number): Promise<readonly StoredRetrieval[]>;
  /** What a grant has been shown, the newest retrieval first, from below `before` (exclusive, null for the first). */
  reads(vault: string, grant: string, before: string | null, limit: number): Promise<readonly StoredRead[]>;
  /** Whether it is remembered what that retrieval showed. */
  remembersRead(vault: string, grant: string, retrieval: string): Promise<boolean>;
  /** How many different rows a grant has been shown in how many retrievals, remembered or with a receipt; and how many have one. */
  readTotals(vault: string, grant: string): Promise<{ rows: number; retrievals: number; receipts: number }>;
  receipt(vault: string, id: string): Promise<StoredReceipt | null>;
  /** Receipts whose id is above `after` (exclusive, '' for the first), by id. */
  receiptsAfter(vault: string, after: string, limit: number): Promise<readonly StoredReceipt[]>;
  receiptForRetrieval(vault: string, retrieval: string): Promise<string | null>;
  receiptRows(vault: string, receipt: string): Promise<readonly StoredReceiptRow[]>;
  receipts(vault: string, filter: ReceiptFilter): Promise<ReceiptPage>;
  /** In how many receipts each row was served since an instant, in the order asked; `grant`'s own receipts, or with null all. */
  receiptCounts(vault: string, since: readonly RowSince[], grant: string | null): Promise<readonly number[]>;
  /** The rows that the latest `retrievals` of a thread showed it, latest first, each once. */
  servedTo(vault: string, threadTag: Uint8Array, retrievals: number): Promise<readonly string[]>;
  idempotency(vault: string, grant: string, key: Uint8Array): Promise<StoredIdempotency | null>;
  log(): Promise<StoredLog | null>;
  tile(level: number, index: number): Promise<Uint8Array | null>;
  /** Rows due at or before `now`, soonest first, at most `limit`. */
  dueRows(now: Instant, limit: number): Promise<readonly DueRow[]>;
  /** How many rows are due at or before `now`. */
  dueCount(now: Instant): Promise<number>;
  jobRuns(job: string, limit: number): Promise<readonly JobRun[]>;
  /** Free-form settings of the store itself, such as which log it belongs to. */
  meta(key: string): Promise<string | null>;
}

/** How many records a pruning took away. */
export interface Pruned {
  readonly retrievals: number;
  readonly idempotency: number;
  readonly served: number;
  readonly reads: number;
}

/** Writing. Every method is one whole transaction, durable (fsynced) before it resolves. */
export interface StoreWriter {
  /**
   * Writes a commit.
   * @throws {StoreConflict} when a vault's head, its last head in the log, a case or the log's size is not as expected: nothing was written.
   * @throws {MemSyncError} `store_failed` when the disk refuses: nothing was written.
   */
  commit(commit: Commit): Promise<void>;
  /**
   * Claims a tick by compare-and-set: one that nobody has claimed, that failed, or whose run began before `staleBefore` and never finished.
   * Returns the run, or null when somebody else has it or it is done.
   */
  claimTick(job: string, tick: Instant, worker: string, now: Instant, staleBefore: Instant): Promise<JobRun | null>;
  /** Closes a run that this worker still holds; false when it has been claimed anew since. Of each job the thousand latest ticks are remembered. */
  finishRun(run: JobRun, outcome: 'done' | 'failed', now: Instant, report: string): Promise<boolean>;
  /** Deletes lapsed retrievals and idempotency records, and what threads and grants were shown up to `servedBefore`, at most `limit` of each; returns how many went. */
  pruneExpired(now: Instant, servedBefore: Instant, limit: number): Promise<Pruned>;
  setMeta(key: string, value: string): Promise<void>;
  /** Takes out of the store's files what was deleted or replaced; false where somebody is still reading, and it has to be tried again. */
  scrub(): Promise<boolean>;
}

/** What is kept, behind one face, so that SQLite and PostgreSQL serve alike. */
export interface Store extends StoreReader, StoreWriter {
  readonly transfer: TransferStore;
  readonly erasing: ErasingStore;
  readonly heads: HeadStore;
  readonly checkpoints: CheckpointStore;
  readonly snapshots: SnapshotStore;
  readonly vectors: VectorStore;
  readonly witnesses: WitnessStore;
  readonly cases: CaseStore;
  readonly addenda: AddendumStore;
  /** Checkpoints and closes; nothing may be called afterwards. */
  close(): Promise<void>;
}

/** A commit was built on a head that is no longer the head: reload those vaults and cases and build it anew. */
export class StoreConflict extends Error {
  readonly vaults: readonly string[];
  readonly log: boolean;
  readonly cases: readonly string[];

  constructor(vaults: readonly string[], log: boolean, cases: readonly string[] = []) {
    super('the store has moved on');
    this.name = 'StoreConflict';
    this.vaults = vaults;
    this.log = log;
    this.cases = cases;
  }
}
