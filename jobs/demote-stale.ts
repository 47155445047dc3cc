import { demoteStale } from '../src/app/demote-stale.ts';
import type { Job } from './job.ts';

/** Writes down the tiers that rows have fallen to. Readers compute them anyway, so a late run changes nothing that is seen. */
export const demoteStaleJob: Job = {
  name: 'demote-stale',
  description: 'Demotes the rows whose next step is due.',
  cron: '*/5 * * * *',
  periodMs: 300_000,
  run: async (services) => ({ ...(await demoteStale(services)) }),
};
