import type { CaseBundle } from '../../schemas/case-bundle.ts';
import type { CaseHappening, CaseStatus, Unheard } from '../../schemas/case.ts';
import type { DecisionPayload } from '../../schemas/decision.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { malformed } from '../receipts/bundle.ts';
import { keysInTrust, type StatedBy } from '../receipts/key-trust.ts';
import type { Trust } from '../receipts/trust.ts';
import { judgeWitnesses, requireQuorum, type Witnessing } from '../receipts/witness-check.ts';
import type { MadeDecision, Override } from './case.ts';
import { parseCaseBundle, statedKeys } from './case-bundle.ts';
import { sayCase } from './case-findings.ts';
import { type VerifiedCase, verifyCaseChain } from './chain.ts';
import { earlyBy, earlyByScreens } from './early.ts';
import { requireShown } from './shown.ts';
import { readReceipt, requireAgreement, type SignedHistories } from './with-receipt.ts';

/** What the verifier of a case goes by, and had from somebody other than the bundle. */
export interface CaseBundleTrust extends Trust {
  /** Reviewers' public keys, 64 hexadecimal digits each, from the reviewers themselves: every decision has to be by one of them. */
  readonly reviewers?: readonly string[] | undefined;
}

/** Somebody whom a case names; null where the bundle has no name for them. Names are the service's word. */
export interface Named {
  readonly id: string;
  readonly name: string | null;
}

/** A decision that its reviewer has signed, and what the service has signed of it. */
export interface CaseBundleDecision extends Pick<
  DecisionPayload,
  'decisionId' | 'decision' | 'reason' | 'basis' | 'seen' | 'override' | 'signedAt'
> {
  readonly kind: 'decided';
  /** The key that it is signed with, 64 hexadecimal digits. */
  readonly key: string;
  readonly gateOpen: boolean;
  /** What was not verified when it was made. */
  readonly unheard: readonly Unheard[];
  /** Whether it took effect: the first half of an override does not. */
  readonly effective: boolean;
  /** Whether it was made before what it called for was proved; null where what was given cannot tell. */
  readonly beforeProof: boolean | null;
}

/** One thing that happened to the case. */
export interface CaseBundleStep {
  readonly number: number;
  readonly logIndex: number;
  readonly at: Instant;
  readonly by: Named;
  readonly happened: Exclude<CaseHappening, { kind: 'decided' | 'handed_over' }> | Handed | CaseBundleDecision;
}

interface Handed {
  readonly kind: 'handed_over';
  readonly to: Named;
  readonly note: string | null;
}

/** What a case's bundle has been shown to say. Instants in milliseconds. */
export interface VerifiedCaseBundle {
  readonly case: string;
  readonly receipt: string;
  /** The receipt's entry in the log, 64 hexadecimal digits. */
  readonly receiptEntry: string;
  readonly desk: string;
  readonly vault: string;
  readonly gate: { readonly policy: GatePolicy; readonly sha256: string };
  /** As of the last statement. Whether the answer is right is never assessed here. */
  readonly state: CaseStatus;
  readonly overridden: boolean;
  readonly override: Override | null;
  readonly reopened: number;
  /** All that happened, in the log's order. */
  readonly steps: readonly CaseBundleStep[];
  readonly log: { readonly origin: string; readonly size: number };
  readonly stated: StatedBy | null;
  /** Who has cosigned the checkpoint of the last statement; null where no policy was given. */
  readonly witnesses: Witnessing | null;
  readonly verified: readonly string[];
  readonly asserted: readonly string[];
  readonly unknown: readonly string[];
}

/**
 * Verifies a case's bundle offline: its statements signed by a trusted key, in the log, and each following from the one before; each decision
 * signed by its reviewer, on what they had been shown. `receipt` is the text of the receipt's own bundle, where it is at hand: then what was
 * shown has to be what the receipt's evidence had come to by that place in the log. `at` is the instant as of which to judge.
 * @throws {MemSyncError} what `verifyCaseChain` throws; `bundle_malformed`, `key_untrusted` for a decision by a key that was not pinned,
 * `receipt_mismatch`; with a policy `line_invalid` and `witnesses_missing`; whatever does not hold of the receipt's bundle
 */
export function verifyCaseBundle(
  text: string,
  trust: CaseBundleTrust,
  at: Instant,
  { receipt }: { readonly receipt?: string | undefined } = {},
): VerifiedCaseBundle {
  const bundle = parseCaseBundle(text);
  const { reviewers: pinned } = trust;
  const chain = verifyCaseChain(bundle.statements, { ...trust, reviewers: statedKeys(bundle) });
  const { happenings, folded, log, stated } = chain;
  if (chain.case !== bundle.case) throw malformed('The bundle is of another case than its statements are.');
  if (trust.vault !== undefined && trust.vault !== folded.vault)
    throw new MemSyncError('receipt_mismatch', 'The case is over a receipt of another vault than the one that you named.');
  if (chain.unsigned.length > 0) throw malformed(`The bundle states no key for the reviewer of ${chain.unsigned.join(', ')}.`);
  if (pinned !== undefined) requirePinned(folded.decisions, pinned);
  requireShown(happenings, folded);
  const witnesses = witnessing(bundle.statements, trust, at);
  const histories = receipt === undefined ? null : readReceipt(receipt, chain, trust, at);
  if (histories !== null) requireAgreement(chain, histories);
  const keys = keysInTrust(trust, bundle.statements.at(-1)?.proof ?? null);
  const findings = sayCase(chain, { trust, keys, witnesses, withReceipt: histories !== null });
  return {
    case: chain.case,
    receipt: chain.receipt,
    receiptEntry: chain.receiptEntry,
    desk: folded.desk,
    vault: folded.vault,
    gate: { policy: folded.gate, sha256: folded.gateSha256 },
    state: folded.state,
    overridden: folded.overridden,
    override: folded.override,
    reopened: folded.reopened,
    steps: stepsOf(chain, bundle, histories),
    log,
    stated,
    witnesses,
    verified: findings.verified,
    asserted: findings.asserted,
    unknown: findings.unknown,
  };
}

/** @throws {MemSyncError} `key_untrusted` */
function requirePinned(decisions: readonly MadeDecision[], pinned: readonly string[]): void {
  const stranger = decisions.find(({ key }) => !pinned.includes(key));
  if (stranger === undefined) return;
  const { decisionId, reviewer } = stranger.payload;
  throw new MemSyncError(
    'key_untrusted',
    `Decision ${decisionId}, in the name of ${reviewer}, is signed by ${stranger.key}, which is no reviewer’s key that you named.`,
  );
}

/** Every checkpoint has to be cosigned: an older one need not be of the same log as a newer one. */
function witnessing(statements: CaseBundle['statements'], trust: Trust, at: Instant): Witnessing | null {
  const { witnesses: policy } = trust;
  if (policy === undefined) return null;
  const judged = statements.map(({ proof }) => judgeWitnesses(proof, keysInTrust(trust, proof).log, policy, at));
  for (const one of judged) requireQuorum(one);
  return judged.at(-1) ?? null;
}

function stepsOf({ happenings, folded }: VerifiedCase, { reviewers }: CaseBundle, histories: SignedHistories | null): CaseBundleStep[] {
  const named = (id: string): Named => ({ id, name: reviewers.find((one) => one.id === id)?.name ?? null });
  return happenings.map(({ number, logIndex, at, by, happened }): CaseBundleStep => {
    const step = { number, logIndex, at, by: named(by) };
    if (happened.kind === 'handed_over') return { ...step, happened: { ...happened, to: named(happened.to) } };
    if (happened.kind !== 'decided') return { ...step, happened };
    const made = folded.decisions.find((one) => one.number === number);
    if (made === undefined) throw malformed(`Statement ${number} has a decision that is none.`);
    const { decisionId, decision, reason, basis, seen, override, signedAt } = made.payload;
    const { key, gateOpen, unheard, effective } = made;
    const early = histories === null ? earlyByScreens(happenings, folded, made) : earlyBy(histories, made, folded.gate);
    const payload = { decisionId, decision, reason, basis, seen, override, signedAt };
    return { ...step, happened: { kind: 'decided', ...payload, key, gateOpen, unheard, effective, beforeProof: early } };
  });
}
