import type { Services } from './services.ts';

const PAGE = 5000;

/** What a run took away. */
export interface PruneReport {
  readonly retrievals: number;
  readonly idempotency: number;
}

/** Deletes retrieval records and idempotency keys whose time is over. */
export async function pruneExpired(services: Pick<Services, 'store' | 'clock'>): Promise<PruneReport> {
  const now = services.clock.now();
  let retrievals = 0;
  let idempotency = 0;
  for (;;) {
    const gone = await services.store.pruneExpired(now, PAGE);
    retrievals += gone.retrievals;
    idempotency += gone.idempotency;
    if (gone.retrievals < PAGE && gone.idempotency < PAGE) return { retrievals, idempotency };
  }
}
