import type { Claim } from '../../schemas/receipt.ts';
import type { ClaimName } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';

type Stands = Pick<Claim, 'claim' | 'status'>;

/** A payment that settles itself and nothing else. */
export interface PaidUnexplained {
  /** The claims that were made and are not verified, in the order given. */
  readonly claims: readonly ClaimName[];
  /** When the payment's evidence was in hand. */
  readonly since: Instant;
  /** Whole seconds from then to the instant asked about; never less than none. */
  readonly lagSeconds: number;
}

/**
 * The claims that were made and are not verified, where the claim `payment` is; none where it is not. Each keeps its own status: this finds
 * answers that are paid for and not explained, and says nothing of why (DESIGN, promise 7).
 */
export function unexplainedClaims(claims: readonly Stands[]): ClaimName[] {
  if (claims.find(({ claim }) => claim === 'payment')?.status !== 'verified') return [];
  return claims.filter(({ status }) => status !== 'absent' && status !== 'verified').map(({ claim }) => claim);
}

/** The same with how long it has been so; null where there is no such claim. `since` is when the payment's evidence was in hand. */
export function paidUnexplained(claims: readonly Stands[], since: Instant, now: Instant): PaidUnexplained | null {
  const open = unexplainedClaims(claims);
  return open.length === 0 ? null : { claims: open, since, lagSeconds: Math.max(0, Math.floor((now - since) / 1000)) };
}
