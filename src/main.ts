import { join } from 'node:path';
import { JOBS, jobByName, runJob, type RunResult } from '../jobs/run.ts';
import { type ScheduleObserver, startSchedule } from '../jobs/schedule.ts';
import { requireFinished } from './app/backup/plan.ts';
import { saidOf } from './app/evidence/news.ts';
import { finishErasures } from './app/erase/carry-out.ts';
import type { Embeddings } from './app/embeddings/embeddings.ts';
import { Forgetting } from './app/forgetting.ts';
import { rolledBack } from './app/rolled-back.ts';
import type { Services } from './app/services.ts';
import { tellNews } from './app/witnesses/news.ts';
import { startServices, stopServices } from './app/start.ts';
import { BUILD } from './config/build.ts';
import { FileJournal } from './config/erasure-journal.ts';
import { claimKeys } from './config/key-claim.ts';
import { requireSameStatements } from './config/key-change.ts';
import { openKeyFolder } from './config/key-folder.ts';
import { FileMarks } from './config/mark-file.ts';
import { MirrorFolder } from './config/mirror-folder.ts';
import { markProcess } from './config/process-mark.ts';
import type { ServiceSettings } from './config/settings.ts';
import { EmbeddingService } from './embed/service.ts';
import { hex } from './core/bytes.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { MemSyncError } from './core/errors.ts';
import { type Random, systemRandom } from './core/random.ts';
import { listen } from './http/listen.ts';
import { makeLogger, type ServiceLogger } from './http/logger.ts';
import { encodeKeyHistory, lastOf } from './log/key-history.ts';
import { Metrics } from './http/metrics.ts';
import { buildHttp } from './http/server.ts';
import { openSqliteStore } from './store/sqlite/store.ts';
import { postJsonOverHttp } from './reach/post.ts';
import { postOverHttp } from './witness/post.ts';

const SWEEP_MS = 5000;
/** How long a witness may take to answer. */
const WITNESS_MS = 5000;
/** How long an address of the operator's trust may take to answer. */
const REACH_MS = 10_000;
/** How often rows are looked for that lack a vector. */
const VECTORS_MS = 1000;
/** How long requests in flight may take when the service stops. */
const DEADLINE_MS = 10_000;

/** What a caller inside the process may put in place of the machine's own. */
export interface Overrides {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Prints nothing, not even the address. */
  readonly quiet?: boolean;
}

export interface RunningService {
  /** Where it answers, without a slash at the end. */
  readonly url: string;
  readonly services: Services;
  /** Takes no more requests, answers those in flight, finishes what is being written, and closes everything. May be called again. */
  stop(): Promise<void>;
}

/** The use cases over the folders of the settings, without HTTP or jobs; `close` gives everything back. */
export interface OpenedServices {
  readonly services: Services;
  /** The vaults that the key folder remembers. */
  readonly marked: readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens key folder, marks and store. @throws {MemSyncError} `keys_unsafe`, `keys_unstated`, `restore_unfinished`, `schema_newer`, `store_failed`, `log_broken` */
export async function openServices(settings: ServiceSettings, overrides: Overrides = {}): Promise<OpenedServices> {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? systemRandom;
  requireFinished(settings.dataFolder);
  const keys = openKeyFolder(settings.keyFolder, settings.logOrigin, random);
  const marks = new FileMarks(join(settings.keyFolder, 'marks.json'));
  const store = openSqliteStore({ path: join(settings.dataFolder, 'memsync.db') });
  const limits = { idleMs: settings.idleMs, memoryBudget: settings.memoryBudget };
  try {
    // A restore, or a change of keys, may have begun before the database was open, and can no more take it from here on.
    requireFinished(settings.dataFolder);
    requireSameStatements(settings.keyFolder, keys.history === null ? null : encodeKeyHistory(keys.history.map(({ note }) => note)));
    const forgetting = new Forgetting();
    const services = await startServices({
      store,
      clock,
      random,
      marks,
      ...keys,
      limits,
      journal: new FileJournal(settings.keyFolder),
      claimTrust: settings.claimTrust,
      reach: postJsonOverHttp(REACH_MS),
      mirror: settings.logMirror === null ? null : new MirrorFolder(settings.logMirror),
      witnesses: settings.witnesses === null ? null : { policy: settings.witnesses, post: postOverHttp(WITNESS_MS) },
      forgetSoon: () => forgetting.soon(),
      embedder: settings.embeddings === null ? null : new EmbeddingService(settings.embeddings, clock),
      build: BUILD,
    });
    const close = async (): Promise<void> => {
      await stopServices(services);
      marks.flush();
    };
    return { services, marked: marks.vaults(), close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Starts the whole service and resolves once it answers. @throws {MemSyncError} as `openServices`, and `config_invalid` when the address is taken */
export async function startService(settings: ServiceSettings, overrides: Overrides = {}): Promise<RunningService> {
  const opened = await openServices(settings, overrides);
  const { services } = opened;
  const logger = makeLogger(settings.logLevel);
  const unclaim = await claimed(settings, opened);
  const metrics = new Metrics(services);
  const http = buildHttp(services, { ...settings, logger, metrics });
  const server = await listen(http, settings.host, settings.port).catch(async (error: unknown) => {
    unclaim();
    await opened.close();
    throw error;
  });
  const mark = markProcess(settings.dataFolder, process.pid);
  if (mark.others.length > 0) logger.warn({ others: mark.others }, 'another process serves the same data folder');
  const { history, log } = services;
  if (history !== null && lastOf(history).origin !== log.origin)
    logger.warn(
      { log: log.origin, stated: lastOf(history).origin },
      'the operator’s root has not stated the log’s name: memsync operator sign',
    );
  services.witnesses?.listen((news) => {
    const { level, fields, message } = tellNews(news);
    logger[level](fields, message);
  });
  services.caseNews.listen((event) => {
    if (event.kind !== 'reopened') return;
    const { desk, receipt, claim } = event;
    logger.warn({ case: event.case, desk, receipt, claim }, 'a case that was clear is reopened: evidence that came since has failed');
  });
  services.evidenceTeller.listen((news) => logger.warn(news, saidOf(news)));
  const schedule = settings.jobs ? startSchedule(services, workerName(services.random), observer(metrics, logger)) : null;
  const finishing = settings.jobs ? finishCutShort(services, logger) : null;
  const looking = tellRolledBack(opened, logger);
  const sweep = setInterval(() => tidy(services, logger), SWEEP_MS).unref();
  const vectors = services.embeddings === null ? null : makeVectors(services.embeddings, logger);
  if (overrides.quiet !== true) await announce(settings, services, server.url, mark.others);

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    clearInterval(sweep);
    if (vectors !== null) clearInterval(vectors);
    await server.close(DEADLINE_MS);
    await Promise.all([schedule?.stop(), services.witnesses?.stop()]);
    await finishing;
    await looking;
    await opened.close();
    mark.remove();
    unclaim();
    logger.flush();
  };
  return { url: server.url, services, stop: () => (stopping ??= stop()) };
}

/** Claims the keys for the database that is open, or closes it. @throws {MemSyncError} `data_forked` */
async function claimed({ keyFolder, dataFolder }: ServiceSettings, opened: OpenedServices): Promise<() => void> {
  try {
    return claimKeys(keyFolder, join(dataFolder, 'memsync.db'), process.pid);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Says which vaults are not where they are remembered to have been: they are refused when they are asked for, which may be late. */
async function tellRolledBack({ services, marked }: OpenedServices, logger: ServiceLogger): Promise<void> {
  try {
    const found = await rolledBack(services, marked);
    if (found.length === 0) return;
    const vaults = found.slice(0, 20).map(({ vault, seq, stands }) => ({ vault: vault.slice(0, 12), remembered: seq, stands }));
    const what =
      'vaults are older than the key folder remembers, and are refused; if an older database was put in place by hand, use `memsync restore`';
    logger.error({ count: found.length, vaults }, what);
  } catch (error) {
    logger.error({ err: error }, 'whether vaults are where they are remembered could not be looked at');
  }
}

/** Lets go of what is not used, and of what other processes have cut off or erased. */
function tidy({ vaults, forks }: Services, logger: ServiceLogger): void {
  vaults.sweep();
  vaults.keepSnapshots();
  forks.look().catch((error: unknown) => logger.fatal({ err: error }, 'nothing is written any more'));
  vaults.follow().catch((error: unknown) => logger.error({ err: error }, 'what other processes have written could not be followed'));
}

/** Has rows' vectors made for as long as the service runs; says when that, or a query's, is no longer answered, and when it is again. */
function makeVectors(embeddings: Embeddings, logger: ServiceLogger): NodeJS.Timeout {
  const { model } = embeddings.status;
  logger.info({ model }, 'rows and queries are sent to a service for embeddings');
  let wasAnswering = true;
  return setInterval(() => {
    embeddings.run().catch((error: unknown) => logger.error({ err: error }, 'vectors could not be made'));
    const { answering } = embeddings.status;
    if (answering !== wasAnswering) {
      if (answering) logger.info({ model }, 'the service for embeddings answers again');
      else logger.warn({ model }, 'the service for embeddings does not answer; rows are found by words alone');
    }
    wasAnswering = answering;
  }, VECTORS_MS).unref();
}

/** Carries out what a crash has cut short, at once: the job may have had its tick already. */
async function finishCutShort(services: Services, logger: ServiceLogger): Promise<void> {
  try {
    const done = await finishErasures(services);
    if (done.finished + done.waiting > 0) logger.warn(done, 'erasures that had been ordered were not carried out; they are finished now');
  } catch (error) {
    logger.error({ err: error }, 'erasures that had been ordered could not be looked for');
  }
}

/**
 * `memsync serve`: serves until SIGINT or SIGTERM, then stops gracefully; a second signal ends the process at once. Resolves with the exit
 * code. What nothing caught is logged, and ends the process with 1. `started` is told once it answers, in place of the usual announcement.
 * @throws {MemSyncError} as `startService`
 */
export async function serve(settings: ServiceSettings, started?: (service: RunningService) => void): Promise<number> {
  const crashLogger = makeLogger(settings.logLevel, 'at once');
  process.on('uncaughtExceptionMonitor', (error) => crashLogger.fatal({ err: error }, 'nothing caught this'));
  const service = await startService(settings, { quiet: started !== undefined });
  started?.(service);
  await signalled();
  await service.stop();
  return 0;
}

/** Runs one job by hand, beside whatever serves the same folders. @throws {MemSyncError} `usage` for a job that there is not; as `openServices` */
export async function runJobByHand(settings: ServiceSettings, name: string, overrides: Overrides = {}): Promise<RunResult> {
  const job = jobByName(name);
  const { services, close } = await openServices(settings, overrides);
  try {
    const result = await runJob(services, job, { worker: workerName(services.random) });
    if (result === null) throw new MemSyncError('vault_busy', `The job “${name}” is being run too often at once.`);
    return result;
  } finally {
    await close();
  }
}

/** The names of the jobs that `runJobByHand` knows. */
export const JOB_NAMES: readonly string[] = JOBS.map((job) => job.name);

function workerName(random: Random): string {
  return `worker-${hex(random.bytes(8))}`;
}

function observer(metrics: Metrics, logger: ServiceLogger): ScheduleObserver {
  return {
    ran: (result) => {
      metrics.jobRan(result.job, result.outcome);
      const { job, attempt, report } = result;
      if (result.outcome === 'done') logger.info({ job, attempt, ...report }, 'job done');
      else logger.error({ job, attempt, ...report, err: result.error }, 'job failed');
    },
    lastDone: (job, at) => metrics.jobDone(job, at),
    failed: (job, error) => logger.error({ job, err: error }, 'job could not be run'),
  };
}

async function announce(settings: ServiceSettings, services: Services, url: string, others: readonly number[]): Promise<void> {
  const vaults = await services.store.vaultCount();
  const lines = [
    `MemSync serves at ${url}`,
    `data  ${settings.dataFolder}`,
    `keys  ${settings.keyFolder}`,
    `${vaults} ${vaults === 1 ? 'vault' : 'vaults'}`,
  ];
  if (others.length > 0) lines.push(`Note: process ${others.join(', ')} serves the same data folder.`);
  if (vaults === 0) lines.push('In another terminal: npx memsync init');
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Resolves at the first SIGINT or SIGTERM; the next one finds Node's own handling, which ends the process. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const first = (): void => {
      process.off('SIGINT', first);
      process.off('SIGTERM', first);
      resolve();
    };
    process.on('SIGINT', first);
    process.on('SIGTERM', first);
  });
}
