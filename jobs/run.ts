import type { Services } from '../src/app/services.ts';
import { type ErrorCode, isMemSyncError, MemSyncError } from '../src/core/errors.ts';
import type { Instant } from '../src/core/instant.ts';
import { askWitnessesJob } from './ask-witnesses.ts';
import { demoteStaleJob } from './demote-stale.ts';
import { dropImportsJob } from './drop-imports.ts';
import { finishErasuresJob } from './finish-erasures.ts';
import type { Job, JobReport } from './job.ts';
import { keepCheckpointsJob } from './keep-checkpoints.ts';
import { logHeadsJob } from './log-heads.ts';
import { pruneExpiredJob } from './prune-expired.ts';
import { publishLogJob } from './publish-log.ts';
import { rewrapKeysJob } from './rewrap-keys.ts';
import { settleEvidenceJob } from './settle-evidence.ts';

/** Every job there is. */
export const JOBS: readonly Job[] = [
  demoteStaleJob,
  pruneExpiredJob,
  rewrapKeysJob,
  finishErasuresJob,
  dropImportsJob,
  keepCheckpointsJob,
  logHeadsJob,
  publishLogJob,
  askWitnessesJob,
  settleEvidenceJob,
];

/** A run that has not finished after this long has crashed, and its tick may be claimed anew. */
export const STALE_MS = 600_000;

/** How many milliseconds a run by hand may move on to find a tick that is free. */
const FREE_TICKS = 1000;

/** What a run came to. `report` is what the run's record holds. */
export type RunResult = { readonly job: string; readonly tick: Instant; readonly attempt: number } & (
  | { readonly outcome: 'done'; readonly report: JobReport }
  | { readonly outcome: 'failed'; readonly report: { readonly error: ErrorCode }; readonly error: unknown }
);

export interface RunOptions {
  /** The scheduled instant that the run is for; left out when somebody runs it by hand. */
  readonly tick?: Instant;
  /** Who runs it, as the record names it. */
  readonly worker: string;
}

/** The job of that name. @throws {MemSyncError} `usage` */
export function jobByName(name: string): Job {
  const job = JOBS.find((one) => one.name === name);
  if (job === undefined)
    throw new MemSyncError('usage', `There is no job “${name}”; there are ${JOBS.map((one) => one.name).join(' and ')}.`);
  return job;
}

/**
 * Runs a job once, for one tick that it claims by compare-and-set, and records what came of it. A job that fails is a result, not an error:
 * its tick stays open for the next try. Null when somebody else has the tick, or it is done.
 * @throws {MemSyncError} what the store throws
 */
export async function runJob(services: Services, job: Job, options: RunOptions): Promise<RunResult | null> {
  const run = await claim(services, job, options);
  if (run === null) return null;
  const { tick, attempt } = run;
  let result: RunResult;
  try {
    result = { job: job.name, tick, attempt, outcome: 'done', report: await job.run(services) };
  } catch (error) {
    const report = { error: isMemSyncError(error) ? error.code : ('internal' as const) };
    result = { job: job.name, tick, attempt, outcome: 'failed', report, error };
  }
  await services.store.finishRun(run, result.outcome, services.clock.now(), JSON.stringify(result.report));
  return result;
}

/** A run by hand takes the next free millisecond for its tick: it is never held back by one that the schedule has done. */
async function claim({ store, clock }: Services, job: Job, { tick, worker }: RunOptions): ReturnType<Services['store']['claimTick']> {
  const now = clock.now();
  if (tick !== undefined) return store.claimTick(job.name, tick, worker, now, now - STALE_MS);
  for (let i = 0; i < FREE_TICKS; i++) {
    const run = await store.claimTick(job.name, now + i, worker, now, Number.MIN_SAFE_INTEGER);
    if (run !== null) return run;
  }
  return null;
}
