import type { Claim } from '../../../schemas/receipt.ts';
import type { Piece } from '../../claims/piece.ts';
import type { Issued } from '../../claims/standing.ts';
import type { Instant } from '../../core/instant.ts';

/**
 * When the evidence was in hand by which the payment is verified: with the receipt, or with the first piece that has come to be, however much
 * later it was found to hold. Null where the payment is not verified.
 */
export function paidAt(
  { issuedAt, claims: atIssue }: Pick<Issued, 'issuedAt' | 'claims'>,
  pieces: readonly Piece[],
  claims: readonly Pick<Claim, 'claim' | 'status'>[],
): Instant | null {
  if (!isVerified(claims)) return null;
  if (isVerified(atIssue)) return issuedAt;
  const proof = pieces.find(({ claim, judgement }) => claim === 'payment' && judgement.status === 'verified');
  const brought = proof?.of === null ? proof : pieces.find(({ addendum }) => addendum === proof?.of);
  return (brought ?? proof)?.at ?? issuedAt;
}

function isVerified(claims: readonly Pick<Claim, 'claim' | 'status'>[]): boolean {
  return claims.find(({ claim }) => claim === 'payment')?.status === 'verified';
}
