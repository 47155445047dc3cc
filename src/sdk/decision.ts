import type { Case, CaseDecision, DeskReply } from '../../schemas/case.ts';
import { DecisionPayload } from '../../schemas/decision.ts';
import type { Envelope } from '../../schemas/owner-event.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { makeId } from '../core/ids.ts';
import type { Instant } from '../core/instant.ts';
import { equalJson } from '../core/json.ts';
import type { Random } from '../core/random.ts';
import type { SigningKey } from '../crypto/ed25519.ts';
import { decisionKey, signDecision, verifyDecision } from '../review/decision.ts';
import { sha256 } from '../crypto/sha256.ts';
import { gateSha256 } from '../review/gate.ts';

/** What a reviewer decides on a case that they have looked at. */
export type Decided = Pick<DecisionPayload, 'decision' | 'reason' | 'basis' | 'override'>;

/** What checking a decision's signature came to, on this side. */
export interface SignatureCheck {
  readonly decision: string;
  readonly holds: boolean;
  /** What it was checked against where it holds, and why it does not where it does not. */
  readonly detail: string;
}

/**
 * That what a case gives to be signed is what it shows: each claim's status, and the gate's policy by its hash.
 * @throws {MemSyncError} `service_lied`
 */
export function requireAsShown({ claims, seen, gate, revision, logSize }: Case): void {
  const statuses = Object.fromEntries(claims.map(({ claim, status }) => [claim, status]));
  const same = equalJson(statuses, seen.claims) && seen.revision === revision && seen.logSize === logSize;
  if (!same) throw new MemSyncError('service_lied', 'What the case gives to be signed is not what it shows.');
  if (gateSha256(gate.policy) !== gate.sha256)
    throw new MemSyncError('service_lied', 'The case’s gate is not the one that its hash names.');
}

/**
 * A decision on a case exactly as it was shown, signed with the reviewer's own key (docs/formats.md, “Decisions”).
 * @throws {MemSyncError} `reviewer_unknown` where the desk has another key for the reviewer; `service_lied`; `usage` where the decision does not
 * fit its format: a reason that is too long, say
 */
export function decideOn(shown: Case, desk: DeskReply, made: Decided, key: SigningKey, at: Instant, random: Random): Envelope {
  requireAsShown(shown);
  requireOwnKey(desk, key);
  const payload = DecisionPayload.safeParse({
    decisionId: makeId('decision', at, random),
    case: shown.id,
    desk: shown.desk.id,
    receipt: shown.receipt,
    reviewer: desk.me,
    ...made,
    gateSha256: shown.gate.sha256,
    seen: shown.seen,
    signedAt: at,
  });
  if (!payload.success) {
    const [issue] = payload.error.issues;
    throw new MemSyncError('usage', `The decision’s ${issue?.path.join('/') ?? ''} ${issue?.message ?? 'does not fit'}.`);
  }
  const { payloadType, payload: bytes, signatures } = signDecision(key, payload.data);
  return { payloadType, payload: bytes, signatures: [...signatures] };
}

/** @throws {MemSyncError} `reviewer_unknown` unless it is the key that the desk has for the reviewer */
function requireOwnKey({ me, reviewers }: DeskReply, key: SigningKey): void {
  const own = reviewers.find(({ id }) => id === me);
  if (own?.key === keyHash(hex(key.publicKey))) return;
  const whose = own === undefined ? me : `${own.name} (${me})`;
  throw new MemSyncError('reviewer_unknown', `Your key here, ${hex(key.publicKey)}, is not the one that the desk has for ${whose}.`);
}

/** How a desk states a reviewer's key: its SHA-256. `key` is 64 hexadecimal digits; what is none has no hash. */
function keyHash(key: string): string | null {
  return /^[0-9a-f]{64}$/.test(key) ? hex(sha256(fromHex(key))) : null;
}

/** Each decision of a case held against the key that the desk states for its reviewer, and against what is shown of it. */
export function checkDecisions(shown: Case, desk: Pick<DeskReply, 'id' | 'reviewers'>): SignatureCheck[] {
  return shown.decisions.map((decision) => {
    const fault = faultIn(shown, desk, decision);
    const detail = fault ?? `by the key that the desk states for ${decision.reviewer.name}: ${decisionKey(decision.envelope)}`;
    return { decision: decision.payload.decisionId, holds: fault === null, detail };
  });
}

/** What is wrong with a decision as it is shown; null where nothing is. */
function faultIn(shown: Case, { id, reviewers }: Pick<DeskReply, 'id' | 'reviewers'>, decision: CaseDecision): string | null {
  const { payload, envelope, reviewer } = decision;
  const stated = reviewers.find((one) => one.id === payload.reviewer);
  if (stated === undefined) return 'the desk states no such reviewer';
  if (reviewer.id !== stated.id || reviewer.name !== stated.name || reviewer.key !== stated.key)
    return `it is shown as ${reviewer.name}’s, and the desk states otherwise`;
  const isHere =
    payload.case === shown.id && payload.receipt === shown.receipt && payload.desk === id && payload.gateSha256 === shown.gate.sha256;
  if (!isHere) return 'it is about another case, receipt, desk or gate';
  const key = decisionKey(envelope);
  if (keyHash(key) !== stated.key) return `it is signed by another key than the desk states for ${stated.name}`;
  try {
    if (equalJson(verifyDecision(envelope, fromHex(key)), payload)) return null;
    return 'what was signed is not what is shown';
  } catch (error) {
    if (isMemSyncError(error)) return error.message;
    throw error;
  }
}
