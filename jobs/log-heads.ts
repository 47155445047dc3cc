import { logHeads } from '../src/app/log-heads.ts';
import type { Job } from './job.ts';

/** Has the log vouch for where every vault stands: a salted leaf for each whose head has moved. No key of a vault is needed. */
export const logHeadsJob: Job = {
  name: 'log-heads',
  description: 'Puts a salted leaf into the log for every vault whose head has moved.',
  cron: '*/1 * * * *',
  periodMs: 60_000,
  run: async (services) => ({ ...(await logHeads(services)) }),
};
