import { keepCheckpoints } from '../src/app/checkpoints/keep-checkpoints.ts';
import type { Job } from './job.ts';

/** Keeps vaults as they stand at some events, so that opening one, or looking at its past, folds only what came after. No key of a vault is needed. */
export const keepCheckpointsJob: Job = {
  name: 'keep-checkpoints',
  description: 'Keeps checkpoints of ledgers that have grown, for quick opening.',
  cron: '*/5 * * * *',
  periodMs: 300_000,
  run: async (services) => ({ ...(await keepCheckpoints(services)) }),
};
