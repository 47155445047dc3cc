import { isEvidenceDue, settleEvidence } from '../src/app/evidence/settle.ts';
import type { Job } from './job.ts';

/** Looks again at evidence that is pending. What is under the key of a vault that nobody has opened waits until somebody does. */
export const settleEvidenceJob: Job = {
  name: 'settle-evidence',
  description: 'Looks again at pending evidence, in the vaults that are open, and gives up what stays pending.',
  cron: '*/1 * * * *',
  periodMs: 60_000,
  due: isEvidenceDue,
  run: async (services) => ({ ...(await settleEvidence(services)), ...(await services.store.addenda.dueCount(services.clock.now())) }),
};
