import type { Check, Claim, ReceiptPredicate } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { ClaimText } from '../claims/claim-text.ts';
import { absentClaim, CLAIMS } from '../claims/claims.ts';

type SignedClaim = ReceiptPredicate['claims'][number];

/** What was checked here, for the claims that can be. */
export interface Rechecked {
  readonly memory: readonly Check[];
  readonly output: Check;
}

/**
 * The ten claims as a verifier may show them. `memory` and `output` go by what was checked here. Of the others the receipt keeps only how
 * they stood at issue: what the service then called verified is its word now, so it comes back as `asserted`.
 */
export function verdictClaims(signed: readonly SignedClaim[], rechecked: Rechecked): Claim[] {
  return CLAIMS.map((text) => {
    const recorded = recordedClaim(text, signed);
    if (text.claim === 'memory') return withChecks(recorded, rechecked.memory);
    return text.claim === 'output' ? withChecks(recorded, [rechecked.output]) : recorded;
  });
}

/** The claims of a document whose signature does not hold: `memory` has failed, and of the rest nobody has said anything. */
export function unsignedClaims(check: Check): Claim[] {
  return CLAIMS.map((text) =>
    text.claim === 'memory' ? { ...absentClaim(text), status: check.status, checks: [check] } : absentClaim(text),
  );
}

/** The claim by what was checked here; recorded checks of other names stand behind, and have no say in its status. */
function withChecks(recorded: Claim, checks: readonly Check[]): Claim {
  const others = recorded.checks.filter(({ check }) => !checks.some((one) => one.check === check));
  return { ...recorded, status: statusOf(checks), checks: [...checks, ...others] };
}

function recordedClaim(text: ClaimText, signed: readonly SignedClaim[]): Claim {
  const claim = signed.find((one) => one.claim === text.claim);
  if (claim === undefined) return absentClaim(text);
  const checks = claim.checks.map(({ check, status }) => ({ check, status: asWord(status), detail: recordedDetail(status) }));
  return { ...text, status: asWord(claim.status), checks, evidence: claim.evidence };
}

function asWord(status: ClaimStatus): ClaimStatus {
  return status === 'verified' ? 'asserted' : status;
}

function recordedDetail(status: ClaimStatus): string {
  return `The service recorded “${status}” when it issued the receipt; not checked again here.`;
}

/** A claim is verified when all of its checks are, failed when one is, and otherwise the service's word. */
function statusOf(checks: readonly Check[]): ClaimStatus {
  if (checks.some(({ status }) => status === 'failed')) return 'failed';
  return checks.every(({ status }) => status === 'verified') ? 'verified' : 'asserted';
}
