import type { Claim } from '../../schemas/receipt.ts';
import type { ClaimName, ClaimStatus } from '../../schemas/vocabulary.ts';
import { CLAIMS } from './claims.ts';

/** The status of each claim, by name; `absent` where nothing is said of one. */
export function claimStatuses(claims: readonly Pick<Claim, 'claim' | 'status'>[]): Record<ClaimName, ClaimStatus> {
  const statuses: Record<ClaimName, ClaimStatus> = Object.fromEntries(CLAIMS.map(({ claim }) => [claim, 'absent']));
  for (const { claim, status } of claims) statuses[claim] = status;
  return statuses;
}
