import type { Services } from '../src/app/services.ts';

/** What a run came to: counts alone. */
export type JobReport = Readonly<Record<string, number>>;

/** One thing that is done by the clock. Running it late, twice or in two processes changes nothing but how much there was to do. */
export interface Job {
  readonly name: string;
  readonly description: string;
  /** When it is run, in UTC. Fires at each multiple of `periodMs` since the epoch. */
  readonly cron: string;
  /** The time between two ticks, in milliseconds. */
  readonly periodMs: number;
  /** Whether there is anything to do; where not, the tick passes without a record. A job without it always has. */
  due?(services: Services): Promise<boolean>;
  run(services: Services): Promise<JobReport>;
}
