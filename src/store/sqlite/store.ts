import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import type { JobRun } from '../records.ts';
import type { Commit, Pruned, Store } from '../store.ts';
import { SqliteAddenda } from './addenda.ts';
import { SqliteCases } from './cases.ts';
import { SqliteCheckpoints } from './checkpoints.ts';
import { CaseWriter } from './commit-cases.ts';
import { CommitWriter } from './commit.ts';
import { command } from './encode.ts';
import { guarded } from './failure.ts';
import { FreeSpace } from './free-space.ts';
import { JobRecords } from './jobs.ts';
import { schemaGuard } from './migrate.ts';
import { openDatabase, type SqliteOptions } from './open.ts';
import { SqliteReader } from './reader.ts';
import { SqliteErasing } from './erasing.ts';
import { SqliteHeads } from './heads.ts';
import { SqliteSnapshots } from './snapshots.ts';
import { SqliteTransfer } from './transfer.ts';
import { SqliteVectors } from './vectors.ts';
import { SqliteWitnesses } from './witnesses.ts';

/**
 * Opens the store in a SQLite file, or makes it there. Calls run to their end before they return, so each is one whole transaction.
 * @throws {MemSyncError} `schema_newer`, `config_invalid` (another program's file), `store_failed`, `vault_busy`
 */
export function openSqliteStore(options: SqliteOptions): Store {
  return guarded(() => {
    const db = openDatabase(options);
    try {
      return new SqliteStore(db);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** The store over one open database, which it owns from here on. */
export class SqliteStore extends SqliteReader implements Store {
  readonly transfer: SqliteTransfer;
  readonly erasing: SqliteErasing;
  readonly heads: SqliteHeads;
  readonly checkpoints: SqliteCheckpoints;
  readonly snapshots: SqliteSnapshots;
  readonly vectors: SqliteVectors;
  readonly witnesses: SqliteWitnesses;
  readonly cases: SqliteCases;
  readonly addenda: SqliteAddenda;
  readonly #db: Database.Database;
  readonly #jobs: JobRecords;
  readonly #checkSchema: () => void;
  readonly #freeSpace: FreeSpace;
  readonly #commit: (commit: Commit) => void;

  constructor(db: Database.Database) {
    super(db);
    this.#db = db;
    this.#jobs = new JobRecords(db);
    this.#checkSchema = schemaGuard(db);
    this.#freeSpace = new FreeSpace(db);
    const commits = new CommitWriter(db);
    const cases = new CaseWriter(db);
    this.heads = new SqliteHeads(db);
    this.#commit = this.#whole((commit: Commit) => {
      commits.apply(commit);
      this.heads.write(commit.heads ?? []);
      cases.write(commit.cases ?? []);
    });
    this.transfer = new SqliteTransfer(db, commits, (work) => this.#whole(work)());
    this.erasing = new SqliteErasing(db, (work) => this.#whole(work)());
    this.checkpoints = new SqliteCheckpoints(db, (work) => this.#whole(work)());
    this.snapshots = new SqliteSnapshots(db, (work) => this.#whole(work)());
    this.vectors = new SqliteVectors(db);
    this.witnesses = new SqliteWitnesses(db, (work) => this.#whole(work)());
    this.cases = new SqliteCases(db, (work) => this.#whole(work)());
    this.addenda = new SqliteAddenda(db, (work) => this.#whole(work)());
  }

  async commit(commit: Commit): Promise<void> {
    this.#commit(commit);
  }

  async claimTick(job: string, tick: Instant, worker: string, now: Instant, staleBefore: Instant): Promise<JobRun | null> {
    return this.#whole(() => this.#jobs.claim(job, tick, worker, now, staleBefore))();
  }

  async finishRun(run: JobRun, outcome: 'done' | 'failed', now: Instant, report: string): Promise<boolean> {
    return this.#whole(() => this.#jobs.finish(run, outcome, now, report))();
  }

  async jobRuns(job: string, limit: number): Promise<readonly JobRun[]> {
    return guarded(() => this.#jobs.runs(job, limit));
  }

  async pruneExpired(now: Instant, servedBefore: Instant, limit: number): Promise<Pruned> {
    return this.#whole(() => this.#jobs.prune(now, servedBefore, limit))();
  }

  async setMeta(key: string, value: string): Promise<void> {
    const sql = 'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
    this.#whole(() => command(this.#db, sql).run(key, value))();
  }

  async scrub(): Promise<boolean> {
    // What pages held before lies in the log of writes until that is cut back, and copies of it in space that pages do not use.
    try {
      return await this.#freeSpace.clear(() => this.#truncate());
    } catch (error) {
      return guarded(() => {
        throw error;
      });
    }
  }

  async close(): Promise<void> {
    guarded(() => {
      try {
        this.#db.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        this.#db.close();
      }
    });
  }

  /** Cuts the log of writes back; false where somebody is reading. Nothing here waits for them: others are served meanwhile. */
  #truncate(): boolean {
    const timeout = Number(this.#db.pragma('busy_timeout', { simple: true }));
    this.#db.pragma('busy_timeout = 0');
    try {
      return this.#db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
    } finally {
      this.#db.pragma(`busy_timeout = ${timeout}`);
    }
  }

  /** `work` as a transaction that has the write lock from its start; whatever it throws undoes all of it. */
  #whole<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R {
    const transaction = this.#db.transaction((...args: A): R => {
      this.#checkSchema();
      return work(...args);
    });
    return (...args) => guarded(() => transaction.immediate(...args));
  }
}
