import type { ClaimStanding, ClaimStep } from '../../schemas/claims.ts';
import type { Claim } from '../../schemas/receipt.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { KINDS } from './all-kinds.ts';
import { ClaimFold } from './claim-fold.ts';
import { absentClaim } from './claims.ts';
import type { ClaimKind, Judgement, ReceiptFacts } from './kind.ts';
import type { Piece } from './piece.ts';
import { unknownClaim } from './texts.ts';

/** A receipt as it was issued. */
export interface Issued {
  readonly issuedAt: Instant;
  readonly logIndex: number;
  /** The grant that it was issued to. */
  readonly by: string;
  readonly claims: readonly Claim[];
  readonly receipt: ReceiptFacts;
}

/**
 * How each claim of a receipt stands after these pieces, in the order in which claims are always shown. Each goes by its own pieces and no
 * others, in the log's order. A piece that has failed, or states a fact otherwise than another piece or the receipt does, fails the claim for
 * good. Otherwise it is the best of what it was at issue and what its pieces have come to; a second look at a pending piece takes the place of
 * the first, and one that is given up is asserted. A claim that this build does not know keeps its place behind the others.
 */
export function standClaims(issued: Issued, pieces: readonly Piece[], kinds: readonly ClaimKind[] = KINDS): ClaimStanding[] {
  // Not by Map.groupBy: the bundled verifier also runs where that is not known.
  const byClaim = new Map<string, Piece[]>();
  for (const piece of pieces.toSorted((a, b) => a.number - b.number)) {
    const own = byClaim.get(piece.claim);
    if (own === undefined) byClaim.set(piece.claim, [piece]);
    else own.push(piece);
  }
  const known = kinds.map(({ text, states }): ClaimStanding => {
    const claim = issued.claims.find((one) => one.claim === text.claim) ?? absentClaim(text);
    return stand(issued, { ...claim, ...text }, states?.(issued.receipt) ?? [], byClaim.get(text.claim) ?? []);
  });
  const names = new Set([...issued.claims.map(({ claim }) => claim), ...byClaim.keys()]);
  for (const { text } of kinds) names.delete(text.claim);
  const unknown = [...names].toSorted().map((name): ClaimStanding => {
    const text = unknownClaim(name);
    const claim = issued.claims.find((one) => one.claim === name) ?? absentClaim(text);
    return stand(issued, { ...claim, ...text }, [], byClaim.get(name) ?? []);
  });
  return [...known, ...unknown];
}

function stand(issued: Issued, claim: Claim, states: Judgement['facts'], pieces: readonly Piece[]): ClaimStanding {
  const fold = new ClaimFold(claim, states);
  const history: ClaimStep[] = [
    {
      status: claim.status,
      reason: 'issued',
      at: formatInstant(issued.issuedAt),
      logIndex: issued.logIndex,
      addendum: null,
      by: issued.by,
      evidence: null,
      judged: claim.status,
      checks: claim.checks,
      facts: [...states],
      trustSha256: null,
    },
  ];
  for (const piece of pieces) {
    fold.take(piece);
    history.push(step(piece, fold.status));
  }
  const { nextLookAt } = fold;
  return {
    ...claim,
    status: fold.status,
    checks: fold.checks,
    evidence: [
      ...claim.evidence,
      ...pieces.filter(({ reason }) => reason === 'evidence').map(({ evidence: { kind, digest } }) => ({ kind, digest })),
    ],
    facts: fold.facts,
    history,
    nextLookAt: nextLookAt === null ? null : formatInstant(nextLookAt),
  };
}

function step({ reason, at, logIndex, addendum, by, evidence, judgement, trustSha256 }: Piece, status: ClaimStep['status']): ClaimStep {
  return {
    status,
    reason,
    at: formatInstant(at),
    logIndex,
    addendum,
    by,
    evidence: { ...evidence },
    judged: judgement.status,
    checks: [...judgement.checks],
    facts: [...judgement.facts],
    trustSha256,
  };
}
