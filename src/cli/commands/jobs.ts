import { jobByName, JOBS } from '../../../jobs/run.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { isThere, requireThere } from '../data-folders.ts';
import { plain } from '../plain.ts';
import { table } from '../render/table.ts';
import { bare, verb, whole } from '../verb.ts';
import { fromNow } from '../words.ts';

/** One run of a job, instants as the API writes them. */
interface Run {
  readonly job: string;
  readonly tick: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly attempt: number;
  readonly outcome: 'running' | 'done' | 'failed';
  readonly report: unknown;
}

export function jobsCommand(cli: Cli) {
  return bare('jobs')
    .description('What the service does by the clock, for the operator.')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(runCommand(cli));
}

function listCommand(cli: Cli) {
  return verb('list', 'List the jobs with their last runs, from MEMSYNC_DATA.', ['memsync jobs list', 'memsync jobs list --runs 20 --json'])
    .option('--runs <n>', 'runs of each job at most', whole(0, 1000), 3)
    .action(async (options) => {
      const jobs = JOBS.map(({ name, description, cron }) => ({ name, description, cron }));
      const runs = await lastRuns(cli, options.runs);
      cli.answer(options, { jobs, runs }, () => {
        const now = cli.clock.now();
        const known = jobs.map(({ name, cron, description }) => [name, cron, description]);
        const lines = runs.map((run) => [run.job, fromNow(Date.parse(run.startedAt), now), run.outcome, countsOf(run.report)]);
        return [
          table([['JOB', 'CRON', ''], ...known]),
          '',
          lines.length === 0 ? 'No runs here yet.' : table([['RUN', '', '', ''], ...lines]),
        ].join('\n');
      });
    });
}

async function lastRuns(cli: Cli, limit: number): Promise<Run[]> {
  const settings = cli.service();
  if (limit === 0 || !isThere(settings)) return [];
  const { openServices } = await import('../../main.ts');
  const { services, close } = await openServices(settings, { clock: cli.clock, random: cli.random });
  try {
    const runs = await Promise.all(JOBS.map(({ name }) => services.store.jobRuns(name, limit)));
    return runs.flat().map(({ job, tick, claimedAt, finishedAt, attempt, outcome, report }) => ({
      job,
      tick: formatInstant(tick),
      startedAt: formatInstant(claimedAt),
      finishedAt: finishedAt === null ? null : formatInstant(finishedAt),
      attempt,
      outcome,
      report: report === null ? null : (JSON.parse(report) as unknown),
    }));
  } finally {
    await close();
  }
}

function runCommand(cli: Cli) {
  return verb('run', 'Run a job now, on MEMSYNC_DATA, beside a running service if need be.', ['memsync jobs run demote-stale'])
    .argument('<name>', JOBS.map(({ name }) => name).join(', '))
    .action(async (name, options) => {
      const { runJobByHand } = await import('../../main.ts');
      const settings = cli.service();
      const { name: job } = jobByName(name);
      requireThere(settings);
      const result = await runJobByHand(settings, job, { clock: cli.clock, random: cli.random });
      const { tick, attempt, outcome, report } = result;
      if (outcome === 'failed') cli.exitCode = 1;
      const why =
        outcome === 'failed' && isMemSyncError(result.error) ? { detail: result.error.message, remedy: result.error.remedy } : null;
      cli.answer(options, { job, tick: formatInstant(tick), attempt, outcome, report, ...why }, () => {
        const said = `${job}: ${outcome}, ${countsOf(report)}`;
        return why === null ? said : `${said}\n${plain(why.detail)}\nWhat to do: ${why.remedy}`;
      });
    });
}

/** `demoted 3, vaults 1`, of a run's report. */
function countsOf(report: unknown): string {
  if (typeof report !== 'object' || report === null) return '';
  return Object.entries(report)
    .map(([what, value]) => `${what} ${String(value)}`)
    .join(', ');
}
