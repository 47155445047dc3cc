import { finishErasures } from '../src/app/erase/carry-out.ts';
import type { Job } from './job.ts';

/** Carries out erasures that were ordered and not finished, as when the service was killed in the middle. No key is needed. */
export const finishErasuresJob: Job = {
  name: 'finish-erasures',
  description: 'Carries out erasures that a crash has cut short.',
  cron: '*/5 * * * *',
  periodMs: 300_000,
  run: finishErasures,
};
