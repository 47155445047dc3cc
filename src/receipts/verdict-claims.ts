import type { Check, Claim, ReceiptPredicate } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { ClaimText } from '../claims/claim-text.ts';
import { unknownClaim } from '../claims/texts.ts';
import { absentClaim, CLAIMS } from '../claims/claims.ts';

import type { VerdictAddendum } from './verify-addenda.ts';

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
  const others = signed.filter(({ claim }) => !CLAIMS.some((text) => text.claim === claim)).map(({ claim }) => unknownClaim(claim));
  return [...CLAIMS, ...others].map((text) => {
    const recorded = recordedClaim(text, signed);
    if (text.claim === 'memory') return withChecks(recorded, rechecked.memory);
    return text.claim === 'output' ? withChecks(recorded, [rechecked.output]) : recorded;
  });
}

/**
 * The same with what evidence came to that arrived later: as the service recorded it, for it is not judged again here. `memory` and `output` stay as
 * they were checked.
 */
export function withAddenda(claims: readonly Claim[], addenda: readonly VerdictAddendum[]): Claim[] {
  const names = new Set(addenda.map(({ claim }) => claim));
  const known = new Set(claims.map(({ claim }) => claim));
  const others = [...names].filter((name) => !known.has(name)).map((name) => absentClaim(unknownClaim(name)));
  return [...claims, ...others].map((claim) => {
    const own = addenda.filter((one) => one.claim === claim.claim);
    const last = own.at(-1);
    if (last === undefined || isCheckedHere(claim.claim)) return claim;
    const checks = own.flatMap(({ number, judged }) =>
      judged.checks.map(({ check, status }) => ({ check, status: asWord(status), detail: laterDetail(status, number) })),
    );
    // What has failed once has failed for good, whatever was recorded after it.
    const failed = claim.status === 'failed' || own.some(({ judged, status }) => judged.status === 'failed' || status === 'failed');
    return { ...claim, status: failed ? 'failed' : asWord(last.status), checks: [...claim.checks, ...checks] };
  });
}

/** Whether a claim goes by what a verifier checks here, whatever was recorded of it. */
export function isCheckedHere(claim: string): boolean {
  return claim === 'memory' || claim === 'output';
}

/** Every other claim as the receipt keeps it: how it stood at issue, as the service's word. */
export function recordedClaims(signed: readonly SignedClaim[]): Claim[] {
  const names = new Set([...CLAIMS.map(({ claim }) => claim), ...signed.map(({ claim }) => claim)]);
  return [...names].filter((name) => !isCheckedHere(name)).map((name) => recordedClaim(textOf(name), signed));
}

function textOf(name: string): ClaimText {
  return CLAIMS.find(({ claim }) => claim === name) ?? unknownClaim(name);
}

/** The claims of a document whose signature does not hold: `memory` has failed, and of the rest nobody has said anything. */
export function unsignedClaims(check: Check): Claim[] {
  return CLAIMS.map((text) =>
    text.claim === 'memory' ? { ...absentClaim(text), status: check.status, checks: [check] } : absentClaim(text),
  );
}

function laterDetail(status: ClaimStatus, number: number): string {
  return `The service recorded “${status}” in addendum ${number}; not judged again here.`;
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
