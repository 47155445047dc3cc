import { rewrapVault } from '../src/app/rewrap.ts';
import type { Job, JobReport } from './job.ts';

/**
 * Goes on with bringing rotated collections under their newest key, in the vaults that are open: it takes a key that only a token opens. What
 * is left of it waits for its vault to be opened again, which begins it, too.
 */
export const rewrapKeysJob: Job = {
  name: 'rewrap-keys',
  description: 'Wraps row keys anew after a rotation, in the vaults that are open.',
  cron: '*/1 * * * *',
  periodMs: 60_000,
  run: async (services): Promise<JobReport> => {
    const total = { rows: 0, records: 0, damaged: 0, finished: 0, failed: 0 };
    for (const vault of services.vaults.open.values()) {
      const done = await rewrapVault(services, vault).catch(() => null);
      if (done === null) {
        total.failed += 1;
        continue;
      }
      for (const key of ['rows', 'records', 'damaged', 'finished'] as const) total[key] += done[key];
    }
    return { ...total, pending: await services.store.rewrapsPending() };
  },
};
