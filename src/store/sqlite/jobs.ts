import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { JobRun } from '../records.ts';
import type { Pruned } from '../store.ts';
import { type Command, command, integer, optionalInteger, optionalText, type Query, query, text } from './encode.ts';
import { ReadRecords } from './reads.ts';
import { ServedRecords } from './served.ts';

const COLUMNS = 'job, tick, worker, attempt, claimed_at, finished_at, outcome, report';
const OUTCOMES: readonly JobRun['outcome'][] = ['running', 'done', 'failed'];

/** Of each job, so many of the latest ticks are remembered: some run every few seconds. */
const KEPT_RUNS = 1000;

/** Runs of jobs, and what the pruning job deletes. Like `CommitWriter` it opens no transaction of its own. */
export class JobRecords {
  readonly #claim: Query;
  readonly #finish: Command;
  readonly #forget: Command;
  readonly #runs: Query;
  readonly #pruneRetrievals: Command;
  readonly #pruneIdempotency: Command;
  readonly #served: ServedRecords;
  readonly #reads: ReadRecords;

  constructor(db: Database.Database) {
    this.#served = new ServedRecords(db);
    this.#reads = new ReadRecords(db);
    this.#claim = query(
      db,
      `INSERT INTO job_runs AS held (job, tick, worker, attempt, claimed_at, outcome) VALUES (?, ?, ?, 1, ?, 'running')
       ON CONFLICT (job, tick) DO UPDATE SET worker = excluded.worker, attempt = held.attempt + 1,
         claimed_at = excluded.claimed_at, finished_at = NULL, outcome = 'running', report = NULL
       WHERE held.outcome = 'failed' OR (held.outcome = 'running' AND held.claimed_at < ?)
       RETURNING ${COLUMNS}`,
    );
    this.#finish = command(
      db,
      `UPDATE job_runs SET finished_at = ?, outcome = ?, report = ?
       WHERE job = ? AND tick = ? AND worker = ? AND attempt = ? AND outcome = 'running'`,
    );
    this.#forget = command(
      db,
      'DELETE FROM job_runs WHERE job = ? AND tick <= (SELECT tick FROM job_runs WHERE job = ? ORDER BY tick DESC LIMIT 1 OFFSET ?)',
    );
    this.#runs = query(db, `SELECT ${COLUMNS} FROM job_runs WHERE job = ? ORDER BY tick DESC LIMIT ?`);
    this.#pruneRetrievals = command(
      db,
      'DELETE FROM retrievals WHERE rowid IN (SELECT rowid FROM retrievals WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
    );
    this.#pruneIdempotency = command(
      db,
      `DELETE FROM idempotency WHERE (vault, grant_id, request_key) IN
         (SELECT vault, grant_id, request_key FROM idempotency WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    );
  }

  claim(job: string, tick: Instant, worker: string, now: Instant, staleBefore: Instant): JobRun | null {
    const found = this.#claim.get(job, tick, worker, now, staleBefore);
    return found === undefined ? null : toRun(found);
  }

  finish(run: JobRun, outcome: 'done' | 'failed', now: Instant, report: string): boolean {
    const finished = this.#finish.run(now, outcome, report, run.job, run.tick, run.worker, run.attempt).changes === 1;
    this.#forget.run(run.job, run.job, KEPT_RUNS);
    return finished;
  }

  /** The latest ticks first. */
  runs(job: string, limit: number): readonly JobRun[] {
    return this.#runs.all(job, limit).map(toRun);
  }

  prune(now: Instant, servedBefore: Instant, limit: number): Pruned {
    return {
      retrievals: this.#pruneRetrievals.run(now, limit).changes,
      idempotency: this.#pruneIdempotency.run(now, limit).changes,
      served: this.#served.prune(servedBefore, limit),
      reads: this.#reads.prune(servedBefore, limit),
    };
  }
}

function toRun(found: unknown[]): JobRun {
  const outcome = OUTCOMES.find((known) => known === found[6]);
  if (outcome === undefined) throw new MemSyncError('store_failed', 'A stored job run has an outcome that is none.');
  return {
    job: text(found[0]),
    tick: integer(found[1]),
    worker: text(found[2]),
    attempt: integer(found[3]),
    claimedAt: integer(found[4]),
    finishedAt: optionalInteger(found[5]),
    outcome,
    report: optionalText(found[7]),
  };
}
