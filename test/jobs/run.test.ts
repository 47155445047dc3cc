import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../jobs/job.ts';
import { JOBS, runJob, STALE_MS } from '../../jobs/run.ts';
import { lastTick, type ScheduleObserver, startSchedule, tick } from '../../jobs/schedule.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { MemSyncError } from '../../src/core/errors.ts';
import { DAY, START, World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** A job that notes its runs, and fails as often as it is told to. */
class NotedJob implements Job {
  readonly name = 'noted';
  readonly description = 'A job for tests.';
  /** Never by itself within a test: only on leap days. */
  readonly cron: string = '0 0 29 2 *';
  readonly periodMs = 60_000;
  runs = 0;
  failures: Error[] = [];

  async run(): Promise<{ runs: number }> {
    this.runs += 1;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    return { runs: this.runs };
  }
}

class Notes implements ScheduleObserver {
  readonly ran = (result: { outcome: string; attempt: number }): void => void this.lines.push(`${result.outcome} ${result.attempt}`);
  readonly lastDone = (_job: string, at: number): void => void (this.doneAt = at);
  readonly failed = (_job: string, error: unknown): void => void this.lines.push(String(error));
  readonly lines: string[] = [];
  doneAt = 0;
}

const records = async (job: Job) =>
  (await world.services.store.jobRuns(job.name, 50)).map(({ tick: at, outcome, attempt, worker }) => [
    at - START,
    outcome,
    attempt,
    worker,
  ]);

describe('a run', () => {
  it('leaves a record of who ran it, when, and what came of it', async () => {
    const job = new NotedJob();
    expect(await runJob(world.services, job, { tick: START, worker: 'a' })).toEqual({
      job: 'noted',
      tick: START,
      attempt: 1,
      outcome: 'done',
      report: { runs: 1 },
    });
    const [record] = await world.services.store.jobRuns('noted', 5);
    expect(record).toEqual({
      job: 'noted',
      tick: START,
      worker: 'a',
      attempt: 1,
      claimedAt: START,
      finishedAt: START,
      outcome: 'done',
      report: '{"runs":1}',
    });
    expect(await runJob(world.services, job, { tick: START, worker: 'b' })).toBeNull();
    expect(job.runs).toBe(1);
  });

  it('that fails says why by its code alone, and its tick stays open', async () => {
    const job = new NotedJob();
    job.failures = [new MemSyncError('store_failed', 'The disk is full.'), new RangeError('somebody’s secret')];
    expect(await runJob(world.services, job, { tick: START, worker: 'a' })).toMatchObject({
      outcome: 'failed',
      report: { error: 'store_failed' },
    });
    expect(await runJob(world.services, job, { tick: START, worker: 'b' })).toMatchObject({
      attempt: 2,
      outcome: 'failed',
      report: { error: 'internal' },
    });
    expect((await world.services.store.jobRuns('noted', 1))[0]?.report).toBe('{"error":"internal"}');
    expect(await runJob(world.services, job, { tick: START, worker: 'c' })).toMatchObject({ attempt: 3, outcome: 'done' });
  });

  it('is claimed by one worker of many', async () => {
    const job = new NotedJob();
    const workers = Array.from({ length: 8 }, (_, i) => tick(world.services, job, `worker ${i}`, new Notes()));
    await Promise.all(workers);
    expect(job.runs).toBe(1);
    expect(await records(job)).toHaveLength(1);
  });

  it('by hand has a tick of its own, as often as it is asked for', async () => {
    const job = new NotedJob();
    await tick(world.services, job, 'schedule', new Notes());
    for (let i = 0; i < 3; i++) expect(await runJob(world.services, job, { worker: 'hand' })).toMatchObject({ outcome: 'done' });
    expect(await records(job)).toEqual([
      [3, 'done', 1, 'hand'],
      [2, 'done', 1, 'hand'],
      [1, 'done', 1, 'hand'],
      [0, 'done', 1, 'schedule'],
    ]);
  });
});

describe('the schedule', () => {
  it('counts ticks from the epoch', () => {
    const job = new NotedJob();
    expect(lastTick(job, START)).toBe(START);
    expect(lastTick(job, START + 59_000)).toBe(START);
    // A timer that fires a little early means the tick that it was set for.
    expect(lastTick(job, START + 59_990)).toBe(START + 60_000);
    const cronOf = (ms: number): string => (ms < 60_000 ? `*/${ms / 1000} * * * * *` : `*/${ms / 60_000} * * * *`);
    for (const { cron, periodMs } of JOBS) expect(cron).toBe(cronOf(periodMs));
  });

  it('lets ticks pass, without a record, as long as there is nothing to do', async () => {
    const job = new NotedJob();
    const notes = new Notes();
    let due = false;
    const seldom = { ...job, name: job.name, run: () => job.run(), due: () => Promise.resolve(due) };
    await tick(world.services, seldom, 'a', notes);
    expect([job.runs, notes.lines, await records(job)]).toEqual([0, [], []]);
    due = true;
    await tick(world.services, seldom, 'a', notes);
    expect([job.runs, notes.lines]).toEqual([1, ['done 1']]);
  });

  it('catches up the last tick that was missed, once, however long nobody ran it', async () => {
    const job = new NotedJob();
    const start = async (): Promise<string[]> => {
      const notes = new Notes();
      const schedule = startSchedule(world.services, 'worker', notes, [job]);
      await schedule.caughtUp;
      await schedule.stop();
      expect(notes.doneAt).toBeGreaterThanOrEqual(START);
      return notes.lines;
    };
    expect(await start()).toEqual(['done 1']);
    expect(await start()).toEqual([]);
    world.clock.advance(30 * DAY + 1234);
    expect(await start()).toEqual(['done 1']);
    expect(await start()).toEqual([]);
    expect(await records(job)).toEqual([
      [30 * DAY, 'done', 1, 'worker'],
      [0, 'done', 1, 'worker'],
    ]);
  });

  it('tries again what failed', async () => {
    const job = new NotedJob();
    const notes = new Notes();
    job.failures = [new Error('once'), new Error('twice')];
    await tick(world.services, job, 'worker', notes);
    await tick(world.services, job, 'worker', notes);
    world.clock.advance(60_000);
    await tick(world.services, job, 'worker', notes);
    expect(notes.lines).toEqual(['failed 1', 'failed 2', 'done 1', 'done 3']);
    expect(notes.doneAt).toBe(START + 60_000);
  });

  it('leaves a run alone while it may be going on, and tries again what has crashed', async () => {
    const job = new NotedJob();
    const notes = new Notes();
    await world.services.store.claimTick('noted', START, 'crashed', START, 0);
    world.clock.advance(STALE_MS);
    await tick(world.services, job, 'worker', notes);
    expect(notes.lines).toEqual(['done 1']);
    world.clock.advance(60_000);
    await tick(world.services, job, 'worker', notes);
    expect(notes.lines).toEqual(['done 1', 'done 1', 'done 2']);
    expect(await records(job)).toContainEqual([0, 'done', 2, 'worker']);
  });

  it('fires by the cron expression', async () => {
    const job = Object.assign(new NotedJob(), { cron: '* * * * * *' });
    const schedule = startSchedule(world.services, 'worker', new Notes(), [job]);
    await schedule.caughtUp;
    world.clock.advance(60_000);
    await expect.poll(() => job.runs, { timeout: 10_000 }).toBe(2);
    await schedule.stop();
    expect(await records(job)).toHaveLength(2);
  });

  it('says so when not even the record can be written, and goes on', async () => {
    const job = new NotedJob();
    const notes = new Notes();
    await world.services.store.close();
    const schedule = startSchedule(world.services, 'worker', notes, [job]);
    await schedule.caughtUp;
    await schedule.stop();
    expect(notes.lines).toEqual([expect.stringContaining('not open')]);
    expect(job.runs).toBe(0);
  });
});

describe('prune-expired', () => {
  it('takes away retrievals and idempotency keys whose time is over, and nothing else', async () => {
    const { services, clock } = world;
    const token = await (await world.owner()).grant();
    await remember(services, token, { memories: [{ text: 'Stays' }] }, 'key');
    const used = await retrieve(services, token, { query: 'stays' });
    const receipt = { model: { label: 'm' }, output: { text: '' } };
    await issueReceipt(services, token, { ...receipt, retrievalId: used.id }, null);
    await retrieve(services, token, { query: 'stays' });
    clock.advance(599_000);
    const late = await retrieve(services, token, { query: 'stays' });
    const prune = async () => {
      const job = JOBS.find(({ name }) => name === 'prune-expired');
      return job === undefined ? null : runJob(services, job, { worker: 'test' });
    };
    expect(await prune()).toMatchObject({ outcome: 'done', report: { retrievals: 0, idempotency: 0 } });
    clock.advance(1000);
    expect(await prune()).toMatchObject({ report: { retrievals: 2, idempotency: 0 } });
    await issueReceipt(services, token, { ...receipt, retrievalId: late.id }, null);
    clock.advance(DAY);
    expect(await prune()).toMatchObject({ report: { retrievals: 1, idempotency: 1 } });
    expect((await retrieve(services, token, { query: 'stays' })).rows).toHaveLength(1);
  });
});
