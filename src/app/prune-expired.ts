import { LIMITS } from '../../schemas/limits.ts';
import type { Pruned } from '../store/store.ts';
import type { Services } from './services.ts';

const PAGE = 5000;

/** Deletes retrieval records and idempotency keys whose time is over, and what was shown so long ago that nobody echoes it or asks. */
export async function pruneExpired(services: Pick<Services, 'store' | 'clock'>): Promise<Pruned> {
  const now = services.clock.now();
  let total: Pruned = { retrievals: 0, idempotency: 0, served: 0, reads: 0 };
  for (;;) {
    const gone = await services.store.pruneExpired(now, now - LIMITS.servedMs, PAGE);
    total = {
      retrievals: total.retrievals + gone.retrievals,
      idempotency: total.idempotency + gone.idempotency,
      served: total.served + gone.served,
      reads: total.reads + gone.reads,
    };
    if (Math.max(gone.retrievals, gone.idempotency, gone.served, gone.reads) < PAGE) return total;
  }
}
