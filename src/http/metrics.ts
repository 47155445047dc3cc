import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Services } from '../app/services.ts';
import { meaningOf } from '../app/witnesses/refusal.ts';
import type { Witnesses, WitnessStatus } from '../app/witnesses/witnesses.ts';
import type { Instant } from '../core/instant.ts';
import { addCaseMetrics } from './case-metrics.ts';
import { addEvidenceMetrics } from './evidence-metrics.ts';

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** What the service counts, for Prometheus. No label holds an id, a name that a caller chose, or a word of anybody's text. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'route' | 'method' | 'status'>;
  readonly #latency: Histogram<'route' | 'method'>;
  readonly #jobRuns: Counter<'job' | 'outcome'>;
  readonly #jobSuccess: Gauge<'job'>;

  constructor(services: Services) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'memsync_http_requests_total',
      help: 'Requests answered, by route, method and status.',
      labelNames: ['route', 'method', 'status'],
      registers,
    });
    this.#latency = new Histogram({
      name: 'memsync_http_request_seconds',
      help: 'From the request’s headers to the end of its answer.',
      labelNames: ['route', 'method'],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.#jobRuns = new Counter({
      name: 'memsync_job_runs_total',
      help: 'Runs of jobs by this process.',
      labelNames: ['job', 'outcome'],
      registers,
    });
    this.#jobSuccess = new Gauge({
      name: 'memsync_job_last_success_timestamp_seconds',
      help: 'When each job was last done, by any process.',
      labelNames: ['job'],
      registers,
    });
    this.#counter('memsync_commits_total', 'Commits written, each one transaction and one fsync.', () => services.writer.counts.commits);
    this.#counter('memsync_operations_total', 'Operations that those commits held.', () => services.writer.counts.operations);
    this.#counter('memsync_commit_conflicts_total', 'Commits built anew after another process’s.', () => services.writer.counts.conflicts);
    this.#counter('memsync_commit_failures_total', 'Commits that the store could not write.', () => services.writer.counts.failures);
    this.#gauge('memsync_open_vaults', 'Vaults in memory.', () => services.vaults.open.size);
    this.#gauge('memsync_open_rows', 'Rows in memory.', () =>
      [...services.vaults.open.values()].reduce((rows, vault) => rows + vault.rows.size, 0),
    );
    this.#gauge('memsync_log_entries', 'Entries of the log.', () => services.log.size);
    this.#gauge('memsync_vaults', 'Vaults in the store.', () => services.store.vaultCount());
    this.#gauge('memsync_damaged_rows', 'Rows of open vaults that are in the ledger and do not open.', () =>
      [...services.vaults.open.values()].reduce((rows, vault) => rows + vault.damaged.size, 0),
    );
    addCaseMetrics(services, this.#registry);
    addEvidenceMetrics(services, this.#registry);
    if (services.witnesses !== null) this.#witnesses(services.witnesses);
    this.#gauge('memsync_due_rows', 'Rows whose next demotion is due.', () => services.store.dueCount(services.clock.now()));
  }

  /** By the names that the operator's policy gives them. */
  #witnesses(witnesses: Witnesses): void {
    const each = (name: string, help: string, read: (one: WitnessStatus) => number): void => {
      const gauge = new Gauge({
        name,
        help,
        labelNames: ['witness'],
        registers: [this.#registry],
        collect: async () => {
          for (const one of (await witnesses.status()).witnesses) gauge.set({ witness: one.witness }, read(one));
        },
      });
    };
    each('memsync_witness_entries', 'Entries of the log that each witness has cosigned.', ({ size }) => size);
    each(
      'memsync_witness_refused',
      'Whether a witness refused when it was asked last: 1, or 2 where the log itself is in question.',
      (one) => {
        if (one.refusal === null) return 0;
        return meaningOf(one.refusal.reason).grave ? 2 : 1;
      },
    );
    this.#gauge(
      'memsync_witnessed_entries',
      'Entries of the log that enough witnesses have cosigned.',
      async () => (await witnesses.status()).witnessed,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Begins to time a request. The function that comes back ends it and returns the seconds. */
  begin(): (route: string, method: string, status: number) => number {
    const end = this.#latency.startTimer();
    return (route, method, status) => {
      this.#requests.inc({ route, method, status: String(status) });
      return end({ route, method });
    };
  }

  /** Notes that this process has run a job. */
  jobRan(job: string, outcome: 'done' | 'failed'): void {
    this.#jobRuns.inc({ job, outcome });
  }

  /** Notes when a job was last done. */
  jobDone(job: string, at: Instant): void {
    this.#jobSuccess.set({ job }, at / 1000);
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: async () => {
        gauge.set(await read());
      },
    });
  }

  #counter(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }
}
