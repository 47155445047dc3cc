import { dropStaleImports } from '../src/app/transfer/pieces.ts';
import type { Job } from './job.ts';

/** Removes imports that were begun and never ended; nobody has ever seen anything of them. */
export const dropImportsJob: Job = {
  name: 'drop-imports',
  description: 'Removes what imports have left that nobody has gone on with for a day.',
  cron: '*/10 * * * *',
  periodMs: 600_000,
  run: async (services) => ({ dropped: await dropStaleImports(services) }),
};
