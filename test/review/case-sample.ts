import { CASE_BUNDLE_FORMAT, type CaseBundle } from '../../schemas/case-bundle.ts';
import type { CaseHappening, CasePredicate, Unheard } from '../../schemas/case.ts';
import type { DecisionPayload, Seen } from '../../schemas/decision.ts';
import type { AddendumBundle } from '../../schemas/evidence.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import type { Envelope } from '../../schemas/owner-event.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { hex } from '../../src/core/bytes.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { keyidOf, receiptEntry, signReceipt } from '../../src/receipts/statement.ts';
import { signDecision } from '../../src/review/decision.ts';
import { gateSha256 } from '../../src/review/gate.ts';
import { buildCaseStatement, caseEntry } from '../../src/review/statement.ts';
import { ABOUT, addendum, BUILT, type Change, FAILED } from '../receipts/addendum-sample.ts';
import { NOON, proveEntry, SERVICE } from '../receipts/build.ts';
import { gateOf, ids } from './samples.ts';
import { keyOf } from './service.ts';

/** A case over the receipt of `build()`: overridden by two reviewers on a bare word, reopened by evidence that failed, rejected. */

const GATE = gateOf({ claim: 'mode' });
const AT = NOON + 600_000;
const RECEIPT = ABOUT.receipt ?? '';
const SUBJECT = hex(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, BUILT.bundle.envelope)));

/** Evidence for `mode` as somebody's word, and evidence for it that does not hold; about the receipt's entry, in another place or by another service where it is said. */
export const stating = (change: Change = {}): AddendumBundle => addendum(1, { ...change, predicate: { addendum: ids.addendum(1) } });
export const failing = (change: Change = {}): AddendumBundle =>
  addendum(2, { place: 12, ...change, predicate: { ...FAILED, addendum: ids.addendum(2) } });

/** The receipt's bundle with evidence for `mode`: somebody's word in entry 6, and in entry 12 what does not hold. */
export const RECEIPT_TEXT = JSON.stringify({
  ...BUILT.bundle,
  addenda: [stating(), failing()],
});

/** How the receipt's claims stand with `mode` so. */
export function claimsWith(mode: ClaimStatus): Record<string, ClaimStatus> {
  return { ...Object.fromEntries(BUILT.predicate.claims.map(({ claim, status }) => [claim, status])), mode };
}

/** What a screen has as not verified. */
function unheardOf(claims: Record<string, ClaimStatus>): Unheard[] {
  return Object.entries(claims).flatMap(([claim, status]) => (status === 'verified' || status === 'absent' ? [] : [{ claim, status }]));
}

export const seenAt = (revision: number, logSize: number, mode: ClaimStatus): Seen => ({
  revision,
  logSize,
  claims: claimsWith(mode),
  gateOpen: false,
});

/** A decision as a reviewer signs it; `key` is another's where it is to be. */
export function decided(
  reviewer: number,
  payload: Pick<DecisionPayload, 'decision' | 'seen'> & Partial<DecisionPayload>,
  { key = reviewer, effective = true, gateOpen = false, unheard = unheardOf(payload.seen.claims) } = {},
): CaseHappening {
  const envelope = signDecision(keyOf(key), {
    decisionId: ids.decision(reviewer),
    case: ids.case(1),
    desk: ids.desk(1),
    receipt: RECEIPT,
    reviewer: ids.reviewer(reviewer),
    reason: 'The fair opens today.',
    basis: { claims: [], rows: [] },
    gateSha256: gateSha256(GATE),
    override: null,
    signedAt: AT,
    ...payload,
  });
  return { kind: 'decided', envelope, gateOpen, unheard: [...unheard], effective };
}

/** One thing that happens, with who did it and where it is in the log. */
export interface Told {
  readonly by: string;
  readonly place: number;
  readonly happened: CaseHappening;
}

const [ana, bea] = [ids.reviewer(1), ids.reviewer(2)];

/** The opening under a gate. */
export function openedWith(gate: GatePolicy): CaseHappening {
  return { kind: 'opened', desk: ids.desk(1), vault: ABOUT.vault ?? '', gate, gateSha256: gateSha256(gate), note: 'Look.' };
}

/** All of it, in order. */
export function told(): Told[] {
  const opened = openedWith(GATE);
  const [first, second, last] = [seenAt(2, 8, 'asserted'), seenAt(4, 10, 'asserted'), seenAt(9, 15, 'failed')];
  const half = { override: { second: null }, decision: 'clear', seen: first } as const;
  const whole = { override: { second: ids.decision(1) }, decision: 'clear', seen: second } as const;
  return [
    { by: ids.grant(1), place: 7, happened: opened },
    { by: ana, place: 8, happened: { kind: 'viewed', screen: first } },
    { by: ana, place: 9, happened: decided(1, half, { effective: false }) },
    { by: bea, place: 10, happened: { kind: 'viewed', screen: second } },
    { by: bea, place: 11, happened: decided(2, whole) },
    { by: 'service', place: 13, happened: { kind: 'reopened', claim: 'mode', addendum: ids.addendum(2) } },
    { by: ana, place: 14, happened: { kind: 'handed_over', to: bea, note: 'Yours.' } },
    { by: bea, place: 15, happened: { kind: 'viewed', screen: last } },
    { by: bea, place: 16, happened: decided(2, { decisionId: ids.decision(3), decision: 'reject', seen: last }) },
  ];
}

/** The same with one of them told otherwise. */
export function toldBut(at: number, change: Partial<Told>): Told[] {
  return told().map((one, place) => (place === at ? { ...one, ...change } : one));
}

/** A case's bundle as a service signs and logs it; `logOf` says in whose log each statement is. */
export function caseBundle(
  all: readonly Told[] = told(),
  about: Partial<CasePredicate> & { readonly subject?: string } = {},
  logOf: (number: number) => typeof SERVICE = () => SERVICE,
): CaseBundle {
  const { subject = SUBJECT, ...change } = about;
  let previous: string | null = null;
  const statements = all.map(({ by, place, happened }, number): { envelope: Envelope; proof: string } => {
    const predicate: CasePredicate = { case: ids.case(1), receipt: RECEIPT, number, previous, at: AT + place, by, happened, ...change };
    const envelope = signReceipt(SERVICE.receiptKey, keyidOf(SERVICE.receipt), buildCaseStatement(subject, predicate));
    const entry = caseEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope));
    previous = hex(entry);
    return { envelope, proof: proveEntry(logOf(number), entry, place, 3) };
  });
  const reviewers = [1, 2].map((n) => ({ id: ids.reviewer(n), name: ['ana', 'bea'][n - 1] ?? '', key: hex(keyOf(n).publicKey) }));
  return { format: CASE_BUNDLE_FORMAT, case: change.case ?? ids.case(1), statements, reviewers };
}
