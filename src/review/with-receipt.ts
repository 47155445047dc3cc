import type { ClaimStanding, ClaimStep } from '../../schemas/claims.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { equalJson } from '../core/json.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { readEvidence } from '../receipts/disclosure-file.ts';
import { parseStatement, receiptEntry } from '../receipts/statement.ts';
import type { Trust } from '../receipts/trust.ts';
import type { Verdict } from '../receipts/verdict.ts';
import { verifyBundle } from '../receipts/verify.ts';
import type { VerifiedCase } from './chain.ts';
import { claimAt, type IsElsewhere } from './claim-at.ts';
import { judgeClaim } from './claim-conditions.ts';
import { screensOf } from './shown.ts';
import { statusesAt } from './unheard.ts';

type SignedClaims = ReturnType<typeof parseStatement>['predicate']['claims'];

/** What is signed of how a receipt's claims came to stand: statuses and checks; what was stated besides is not in it. */
export interface SignedHistories {
  readonly claims: readonly Pick<ClaimStanding, 'claim' | 'history'>[];
  readonly isElsewhere: IsElsewhere;
}

/**
 * Verifies the bundle of the receipt that a case is about, and gives how its claims came to stand, as it and its addenda have it.
 * @throws {MemSyncError} the code of the first thing in it that does not hold; `receipt_mismatch` for another receipt than the case's
 */
export function readReceipt(receipt: unknown, of: VerifiedCase, trust: Trust, at: Instant): SignedHistories {
  const verdict = verifyBundle(receipt, trust, at);
  const [failure] = verdict.failures;
  if (failure !== undefined) throw new MemSyncError(failure.code, `The receipt’s bundle: ${failure.detail}`);
  const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, readEvidence(receipt).bundle.envelope);
  const { predicate } = parseStatement(signed.payload);
  const isIt = hex(receiptEntry(signed)) === of.receiptEntry && predicate.receipt === of.receipt && predicate.vault === of.folded.vault;
  if (!isIt || verdict.log === null) throw mismatch('The case is about another receipt than the one whose bundle you gave.');
  const opened = of.happenings[0]?.logIndex ?? 0;
  if (verdict.log.origin === of.log.origin && verdict.log.index >= opened) throw mismatch('The case was opened ahead of its receipt.');
  return historiesOf(predicate.claims, verdict, of.log.origin);
}

function historiesOf(signed: SignedClaims, { log, issuedAt, addenda }: Verdict, origin: string): SignedHistories {
  const names = new Set([...signed.map(({ claim }) => claim), ...addenda.map(({ claim }) => claim)]);
  const elsewhere = new Set<string | null>(addenda.flatMap((one) => (one.log.origin === origin ? [] : [one.addendum])));
  if (log?.origin !== origin) elsewhere.add(null);
  const claims = [...names].map((claim) => {
    const known = signed.find((one) => one.claim === claim);
    const status: ClaimStatus = known?.status ?? 'absent';
    const issued: ClaimStep = {
      status,
      reason: 'issued',
      at: formatInstant(issuedAt ?? 0),
      logIndex: log?.index ?? 0,
      addendum: null,
      by: 'service',
      evidence: null,
      judged: status,
      checks: (known?.checks ?? []).map((check) => ({ ...check, detail: '' })),
      facts: [],
      trustSha256: null,
    };
    return { claim, history: [issued, ...addenda.filter((one) => one.claim === claim).map(stepOf)] };
  });
  return { claims, isElsewhere: ({ addendum }) => elsewhere.has(addendum) };
}

function stepOf({ status, reason, at, log, addendum, by, kind, digest, judged, trustSha256 }: Verdict['addenda'][number]): ClaimStep {
  return {
    status,
    reason,
    at: formatInstant(at),
    logIndex: log.index,
    addendum,
    by,
    evidence: { kind, digest, erased: false },
    judged: judged.status,
    checks: judged.checks.map((check) => ({ ...check, detail: '' })),
    facts: [],
    trustSha256,
  };
}

/**
 * That what was shown and signed for is what the receipt and its addenda had come to by then, going by places in the log and by nothing else. What
 * each decision has as `unheard` follows from that (`requireShown`).
 * @throws {MemSyncError} `receipt_mismatch`
 */
export function requireAgreement({ happenings, folded }: VerifiedCase, { claims, isElsewhere }: SignedHistories): void {
  for (const { number, logIndex, seen } of screensOf(happenings, folded.decisions)) {
    if (!equalJson(said(seen.claims), said(statusesAt(claims, logIndex, isElsewhere)))) throw disagrees(number, 'what was shown');
  }
  for (const made of folded.decisions) {
    if (made.gateOpen && !claimsMet(folded.gate, { claims, isElsewhere }, made.logIndex)) throw disagrees(made.number, 'the gate');
  }
  for (const { number, logIndex, happened } of happenings) {
    if (happened.kind !== 'reopened') continue;
    const own = claims.find(({ claim }) => claim === happened.claim)?.history ?? [];
    const step = own.find(({ addendum }) => addendum === happened.addendum);
    if (step?.status !== 'failed' || step.logIndex >= logIndex) throw disagrees(number, 'the claim that has failed');
  }
}

/** Whether all that a gate asks of claims was met, as far as it is signed; which facts were stated is not. */
function claimsMet(gate: VerifiedCase['folded']['gate'], { claims, isElsewhere }: SignedHistories, size: number): boolean {
  return gate.require.every((condition) => {
    if (!('claim' in condition) || 'fact' in condition) return true;
    const claim = claims.find((one) => one.claim === condition.claim) ?? { claim: condition.claim, history: [] };
    return judgeClaim(condition, claimAt(claim, size, isElsewhere)).met;
  });
}

/** Statuses without those of which nothing has been said: a service names every claim that it knows. */
function said(statuses: Readonly<Record<string, ClaimStatus>>): Record<string, ClaimStatus> {
  return Object.fromEntries(Object.entries(statuses).filter(([, status]) => status !== 'absent'));
}

function disagrees(number: number, what: string): MemSyncError {
  return mismatch(
    `By statement ${number} of the case, ${what} is not what the receipt’s bundle has come to at that place in the log. Get both anew; if it stays so, do not rely on the case.`,
  );
}

function mismatch(detail: string): MemSyncError {
  return new MemSyncError('receipt_mismatch', detail);
}
