import { publishLog } from '../src/app/mirror/publish-log.ts';
import type { Job } from './job.ts';

/** Brings the static mirror of the log, where there is one, up to the log's last checkpoint. */
export const publishLogJob: Job = {
  name: 'publish-log',
  description: 'Publishes the log to the folder that MEMSYNC_LOG_MIRROR names.',
  cron: '*/1 * * * *',
  periodMs: 60_000,
  run: publishLog,
};
