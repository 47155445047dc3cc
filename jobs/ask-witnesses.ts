import type { Job } from './job.ts';

/** Has witnesses cosign the log's newest checkpoint: those that have not, while the log moves and as long as one is behind. */
export const askWitnessesJob: Job = {
  name: 'ask-witnesses',
  description: 'Asks the witnesses of the policy to cosign the log, where one is set up.',
  cron: '*/10 * * * * *',
  periodMs: 10_000,
  due: async ({ witnesses }) => witnesses !== null && (await witnesses.due()),
  run: async ({ witnesses }) => (witnesses === null ? {} : { ...(await witnesses.ask()) }),
};
