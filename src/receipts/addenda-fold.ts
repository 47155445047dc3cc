import type { ReceiptPredicate } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { Piece } from '../claims/piece.ts';
import { standClaims } from '../claims/standing.ts';
import type { VerdictAddendum } from './verify-addenda.ts';

/** A status that an addendum has, and what follows from all that is signed up to there. */
export interface WrongStatus extends Pick<VerdictAddendum, 'number' | 'claim' | 'status'> {
  readonly follows: ClaimStatus;
}

/**
 * The statuses that do not follow from how the pieces up to there were judged, as the addenda have it. What pieces state, by which they may contradict
 * each other, is not signed: so that a claim may have failed where nothing here says why, and a failed one may be nothing else ever after.
 */
export function wrongStatuses(receipt: ReceiptPredicate, entry: string, held: readonly VerdictAddendum[]): WrongStatus[] {
  const { issuedAt, claims, model, conversation, app, tools } = receipt;
  const facts = { receipt: receipt.receipt, vault: receipt.vault, issuedAt, model, conversation, app, tools, entry };
  const issued = {
    issuedAt,
    logIndex: 0,
    by: 'service',
    claims: claims.map((claim) => ({
      ...claim,
      proves: '',
      doesNotProve: '',
      checks: claim.checks.map((one) => ({ ...one, detail: '' })),
    })),
    receipt: { ...facts, outputSha256: '', requestSha256: null, context: null },
  };
  const follows = new Map<string | null, ClaimStatus>();
  for (const { history } of standClaims(issued, held.map(pieceOf)))
    for (const { addendum, status } of history) follows.set(addendum, status);
  const failed = new Set<string>();
  return held.flatMap(({ number, addendum, claim, status }) => {
    const least = failed.has(claim) ? 'failed' : (follows.get(addendum) ?? 'absent');
    if (status === 'failed') failed.add(claim);
    return status === least || status === 'failed' ? [] : [{ number, claim, status, follows: least }];
  });
}

function pieceOf(one: VerdictAddendum): Piece {
  const { number, addendum, at, by, claim, reason, of, judged, trustSha256, kind, digest, log } = one;
  return {
    number,
    addendum,
    at,
    logIndex: log.index,
    by,
    claim,
    reason,
    of,
    evidence: { kind, digest, erased: false },
    judgement: {
      status: judged.status === 'absent' ? 'asserted' : judged.status,
      checks: judged.checks.map((check) => ({ ...check, detail: '' })),
      facts: [],
    },
    trustSha256,
    nextLookAt: null,
  };
}
