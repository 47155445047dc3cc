import { schedule as scheduleCron, type ScheduledTask } from 'node-cron';
import type { Services } from '../src/app/services.ts';
import type { Instant } from '../src/core/instant.ts';
import type { Job } from './job.ts';
import { JOBS, runJob, type RunResult } from './run.ts';

/** A timer may fire a little before the instant that it was set for. */
const EARLY_MS = 500;
/** How far back unfinished runs are looked for. */
const LOOK_BACK = 20;

type JobRuns = Awaited<ReturnType<Services['store']['jobRuns']>>;

/** Who is told what the schedule does. */
export interface ScheduleObserver {
  /** A run of this process ended, well or not. */
  ran(result: RunResult): void;
  /** When the job was last done, by any process. */
  lastDone(job: string, at: Instant): void;
  /** Not even the record of a run could be read or written. */
  failed(job: string, error: unknown): void;
}

export interface Schedule {
  /** Resolves once every job has been looked at on start, and what was missed has been caught up. */
  readonly caughtUp: Promise<void>;
  /** Fires no more, and resolves when what is running has ended. */
  stop(): Promise<void>;
}

/** Runs every job by its cron expression, and once at the start for what was missed while nobody ran it. */
export function startSchedule(services: Services, worker: string, observer: ScheduleObserver, jobs: readonly Job[] = JOBS): Schedule {
  const running = new Map<string, Promise<void>>();
  const fire = (job: Job): Promise<void> => {
    const before = running.get(job.name);
    // One run of a job at a time: what a tick that is passed over would have done, the next one does.
    if (before !== undefined) return before;
    const now = tick(services, job, worker, observer)
      .catch((error: unknown) => observer.failed(job.name, error))
      .finally(() => running.delete(job.name));
    running.set(job.name, now);
    return now;
  };
  const options = { timezone: 'UTC', unref: true, suppressMissedWarning: true } as const;
  const tasks: ScheduledTask[] = jobs.map((job) => scheduleCron(job.cron, () => fire(job), { ...options, name: job.name }));
  return {
    caughtUp: Promise.all(jobs.map(fire)).then(() => undefined),
    stop: async () => {
      for (const task of tasks) await task.destroy();
      await Promise.all(running.values());
    },
  };
}

/** Runs a job for the last scheduled tick unless that is done or there is nothing to do, then for earlier ticks whose runs failed or crashed. */
export async function tick(services: Services, job: Job, worker: string, observer: ScheduleObserver): Promise<void> {
  if (job.due !== undefined && !(await job.due(services))) return;
  const last = lastTick(job, services.clock.now());
  const result = await runJob(services, job, { tick: last, worker });
  if (result !== null) observer.ran(result);
  const runs = await services.store.jobRuns(job.name, LOOK_BACK);
  if (result?.outcome !== 'failed') await retry(services, job, worker, observer, runs);
  const done = Math.max(0, ...(await services.store.jobRuns(job.name, LOOK_BACK)).map(doneAt));
  if (done > 0) observer.lastDone(job.name, done);
}

/** The last scheduled instant at or before now. */
export function lastTick(job: Job, now: Instant): Instant {
  return Math.floor((now + EARLY_MS) / job.periodMs) * job.periodMs;
}

async function retry(services: Services, job: Job, worker: string, observer: ScheduleObserver, runs: JobRuns): Promise<void> {
  for (const run of runs) {
    // Whether a run that has not ended may still be going on is for the claim to say.
    const result = run.outcome === 'done' ? null : await runJob(services, job, { tick: run.tick, worker });
    if (result === null) continue;
    observer.ran(result);
    if (result.outcome === 'failed') return;
  }
}

function doneAt(run: JobRuns[number]): Instant {
  return run.outcome === 'done' ? (run.finishedAt ?? 0) : 0;
}
