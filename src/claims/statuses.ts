import type { Claim } from '../../schemas/receipt.ts';
import type { ClaimName, ClaimStatus } from '../../schemas/vocabulary.ts';

const NONE_MADE: Readonly<Record<ClaimName, ClaimStatus>> = {
  memory: 'absent',
  output: 'absent',
  payment: 'absent',
  enclave: 'absent',
  exchange: 'absent',
  mode: 'absent',
  settlement: 'absent',
  model: 'absent',
  route: 'absent',
  external_data: 'absent',
};

/** The status of each of the ten claims, by name; `absent` where nothing is said of one. */
export function claimStatuses(claims: readonly Pick<Claim, 'claim' | 'status'>[]): Record<ClaimName, ClaimStatus> {
  const statuses = { ...NONE_MADE };
  for (const { claim, status } of claims) statuses[claim] = status;
  return statuses;
}
