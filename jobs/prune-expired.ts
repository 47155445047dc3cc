import { pruneExpired } from '../src/app/prune-expired.ts';
import type { Job } from './job.ts';

/** Deletes what is kept for a while only. */
export const pruneExpiredJob: Job = {
  name: 'prune-expired',
  description: 'Deletes retrieval records, idempotency keys and notes of what threads were shown, once their time is over.',
  cron: '*/10 * * * *',
  periodMs: 600_000,
  run: async (services) => ({ ...(await pruneExpired(services)) }),
};
