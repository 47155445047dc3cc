import type { BasisReason } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';

/** An instant that a row's age could count from, and why. */
export interface Basis {
  readonly at: Instant;
  readonly reason: BasisReason;
}

/** The earliest of all that is known; of equals the first named wins. Storing again can only make it earlier (promise 5). */
export function earliestBasis(recordedAt: Instant, observedAt: Instant | null, inherited: readonly Basis[]): Basis {
  let best: Basis =
    observedAt !== null && observedAt <= recordedAt ? { at: observedAt, reason: 'observed' } : { at: recordedAt, reason: 'recorded' };
  for (const other of inherited) if (other.at < best.at) best = other;
  return best;
}
