import { finishErasures } from '../src/app/erase/carry-out.ts';
import type { Job } from './job.ts';

/** Carries out erasures that were ordered and not finished, as when the service was killed in the middle. No key is needed. */
export const finishErasuresJob: Job = {
  name: 'finish-erasures',
  description: 'Carries out erasures that a crash has cut short, or somebody’s reading has held up.',
  cron: '*/1 * * * *',
  periodMs: 60_000,
  run: finishErasures,
};
