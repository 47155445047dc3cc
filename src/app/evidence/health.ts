import type { Health } from '../../../schemas/health.ts';
import type { Services } from '../services.ts';

const DAY_MS = 86_400_000;

/** How much evidence is pending, over all vaults; nothing where none is. */
export async function evidenceHealth({ store, clock }: Pick<Services, 'store' | 'clock'>): Promise<Pick<Health, 'evidence'>> {
  const now = clock.now();
  const { pending, due } = await store.addenda.dueCount(now);
  if (pending === 0) return {};
  return { evidence: { pending, due, overdue: (await store.addenda.dueCount(now - DAY_MS)).due } };
}
