import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { CaseId, DecisionId, DeskId, MemoryId, Millis, ReceiptId, ReviewerId, Sha256, text } from './primitives.ts';
import { ClaimName, ClaimStatus } from './vocabulary.ts';

export const DECISION_TYPE = 'application/vnd.memsync.decision.v1+json';

export const DecisionKind = z.enum(['hold', 'clear', 'reject']).meta({ id: 'DecisionKind' });
export type DecisionKind = z.infer<typeof DecisionKind>;

/** What was on the screen: the case as of a size of the log, and how each claim stood there. */
export const Seen = z.strictObject({
  revision: z.int().min(0),
  logSize: z.int().min(0),
  claims: z.record(ClaimName, ClaimStatus),
  gateOpen: z.boolean(),
});
export type Seen = z.infer<typeof Seen>;

/** The payload that a reviewer signs, canonical JSON in a DSSE envelope of the type above. */
export const DecisionPayload = z.strictObject({
  decisionId: DecisionId,
  case: CaseId,
  desk: DeskId,
  receipt: ReceiptId,
  reviewer: ReviewerId,
  decision: DecisionKind,
  reason: text(LIMITS.reasonLength),
  /** What the decision rests on. */
  basis: z.strictObject({ claims: z.array(ClaimName).max(100), rows: z.array(MemoryId).max(LIMITS.rows) }),
  gateSha256: Sha256,
  seen: Seen,
  /** Clears although the gate is shut. The first reviewer's has `second: null`; the second's names that decision, and both are needed. */
  override: z.strictObject({ second: DecisionId.nullable() }).nullable(),
  signedAt: Millis,
});
export type DecisionPayload = z.infer<typeof DecisionPayload>;
