import { z } from 'zod';
import { ClaimStanding } from './claims.ts';
import { DecisionPayload, Seen } from './decision.ts';
import { ConditionOutcome, GatePolicy } from './gate.ts';
import { LIMITS } from './limits.ts';
import { Envelope } from './owner-event.ts';
import {
  AddendumId,
  CaseId,
  DecisionId,
  DeskId,
  GrantId,
  Instant,
  InstantOut,
  MemoryId,
  ReceiptId,
  ReviewerId,
  Seconds,
  Sha256,
  text,
  VaultId,
  pageLimit,
} from './primitives.ts';
import { STATEMENT_TYPE } from './receipt.ts';
import { ClaimName, ClaimStatus, OriginKind, Standing, Tier } from './vocabulary.ts';

export const CASE_PREDICATE_TYPE = 'urn:memsync:predicate:case:v1';

/** `hold` or `clear`; there is nothing between. */
export const CaseStatus = z.enum(['hold', 'clear']).meta({ id: 'CaseStatus' });
export type CaseStatus = z.infer<typeof CaseStatus>;

/** Who did something to a case: a reviewer of the desk, a grant of the vault, or the service by itself. */
const Actor = z.union([ReviewerId, GrantId, z.literal('service')]);

/** A claim that was not verified at a position of the log. */
export const Unheard = z.strictObject({ claim: ClaimName, status: ClaimStatus }).meta({ id: 'Unheard' });
export type Unheard = z.infer<typeof Unheard>;

const Reason = text(LIMITS.reasonLength);

/** What happened to a case, as its statement in the log says it. */
export const CaseHappening = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('opened'),
    desk: DeskId,
    vault: VaultId,
    gate: GatePolicy,
    gateSha256: Sha256,
    note: Reason.nullable(),
  }),
  z.strictObject({ kind: z.literal('viewed'), screen: Seen }),
  z.strictObject({ kind: z.literal('handed_over'), to: ReviewerId, note: Reason.nullable() }),
  z.strictObject({
    kind: z.literal('decided'),
    /** As the reviewer signed it. */
    envelope: Envelope,
    gateOpen: z.boolean(),
    /** What was not verified when it was decided. */
    unheard: z.array(Unheard),
    /** Whether it took effect: the first half of an override does not. */
    effective: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('reopened'), claim: ClaimName, addendum: AddendumId }),
]);
export type CaseHappening = z.infer<typeof CaseHappening>;

export const CasePredicate = z.strictObject({
  case: CaseId,
  receipt: ReceiptId,
  /** Of what has happened to the case, from 0 on; the first opens it. */
  number: z.int().min(0),
  /** The entry in the log of what happened before; null for the first. */
  previous: Sha256.nullable(),
  at: Instant,
  by: Actor,
  happened: CaseHappening,
});
export type CasePredicate = z.infer<typeof CasePredicate>;

/** The service's signed statement: in-toto Statement v1. Its subject is the receipt's entry in the log. */
export const CaseStatement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.strictObject({ name: z.literal('receipt'), digest: z.strictObject({ sha256: Sha256 }) })).length(1),
  predicateType: z.literal(CASE_PREDICATE_TYPE),
  predicate: CasePredicate,
});
export type CaseStatement = z.infer<typeof CaseStatement>;

/** A row that the answer leaned on: what the desk is told of it, never its text. */
export const CaseRow = z
  .strictObject({
    tag: z.string(),
    row: MemoryId,
    version: z.int().min(1),
    placement: Tier,
    cited: z.boolean().nullable(),
    origin: OriginKind,
    ageSeconds: Seconds.meta({ description: 'When it was served.' }),
    lastValidatedAt: InstantOut.nullable().meta({ description: 'As it was served.' }),
    served: z.strictObject({ tier: Tier, standing: Standing }),
    now: z
      .strictObject({ tier: Tier, standing: Standing, version: z.int().min(1), lastValidatedAt: InstantOut.nullable() })
      .meta({ description: 'As the vault’s ledger has it now.' }),
  })
  .meta({ id: 'CaseRow' });
export type CaseRow = z.infer<typeof CaseRow>;

/** What a step in a case’s chronology was, in the words of the people who read it. */
export const Milestone = z
  .enum([
    'retrieved',
    'answered',
    'stated',
    'pending',
    'paid',
    'signed',
    'settled',
    'proved',
    'failed',
    'given_up',
    'opened',
    'viewed',
    'handed_over',
    'decided',
    'overridden',
    'reopened',
  ])
  .meta({ id: 'Milestone' });
export type Milestone = z.infer<typeof Milestone>;

/** One line of a case’s chronology, in the log’s order. */
export const CaseMoment = z
  .strictObject({
    what: Milestone,
    at: InstantOut,
    logIndex: z.int().min(0),
    by: z.strictObject({ id: z.string(), name: z.string().nullable() }),
    detail: z.string(),
    claim: ClaimName.nullable(),
    decision: DecisionId.nullable(),
    screen: Seen.nullable().meta({ description: 'What was shown: for a viewing and a decision.' }),
  })
  .meta({ id: 'CaseMoment' });
export type CaseMoment = z.infer<typeof CaseMoment>;

/** A reviewer's decision, with what it stands on and what it did without. */
export const CaseDecision = z
  .strictObject({
    payload: DecisionPayload,
    envelope: Envelope,
    reviewer: z.strictObject({ id: ReviewerId, name: z.string(), key: Sha256 }),
    logIndex: z.int().min(0),
    at: InstantOut,
    gateOpen: z.boolean(),
    unheard: z.array(Unheard),
    effective: z.boolean(),
    beforeProof: z.boolean().meta({ description: 'Whether it was made before what it called for was proved.' }),
  })
  .meta({ id: 'CaseDecision' });
export type CaseDecision = z.infer<typeof CaseDecision>;

export const CaseSummary = z
  .strictObject({
    id: CaseId,
    desk: z.strictObject({ id: DeskId, name: z.string() }),
    vault: VaultId,
    receipt: ReceiptId,
    openedAt: InstantOut,
    state: CaseStatus,
    assigned: z.strictObject({ id: ReviewerId, name: z.string() }).nullable(),
    decidedBeforeProof: z.boolean(),
    reopened: z.int().min(0).meta({ description: 'How many times.' }),
    revision: z.int().min(0),
  })
  .meta({ id: 'CaseSummary' });
export type CaseSummary = z.infer<typeof CaseSummary>;

/** A case whole, as of a size of the log. */
export const Case = CaseSummary.extend({
  judgement: z.literal('not assessed').meta({ description: 'Whether the answer is right is never assessed here.' }),
  note: z.string().nullable(),
  openedBy: z.string(),
  answer: z.strictObject({
    issuedAt: InstantOut,
    evaluatedAt: InstantOut,
    outputSha256: Sha256,
    model: z.string(),
    provider: z.string().nullable(),
    thread: z.string().nullable(),
    turn: z.union([z.int().min(0), z.string()]).nullable(),
  }),
  gate: z.strictObject({ policy: GatePolicy, sha256: Sha256, open: z.boolean(), conditions: z.array(ConditionOutcome) }),
  claims: z.array(ClaimStanding),
  rows: z.array(CaseRow),
  rowsGone: z.int().min(0).meta({ description: 'Rows that were served and are erased.' }),
  decisions: z.array(CaseDecision),
  override: z.strictObject({ decision: DecisionId, reviewer: ReviewerId, reason: z.string(), second: ReviewerId.nullable() }).nullable(),
  timeline: z.array(CaseMoment),
  logSize: z.int().min(0),
  seen: Seen.meta({ description: 'To be signed with a decision: what this answer shows.' }),
}).meta({ id: 'Case' });
export type Case = z.infer<typeof Case>;

export const OpenCaseRequest = z
  .strictObject({
    receipt: ReceiptId,
    gate: GatePolicy,
    desk: text(LIMITS.labelLength).optional().meta({ description: 'By name or id; may be left out where there is one alone.' }),
    note: Reason.optional(),
  })
  .meta({ id: 'OpenCaseRequest' });
export type OpenCaseRequest = z.infer<typeof OpenCaseRequest>;

/** As it comes: its gate policy is read apart, so that what is wrong with it is said as a fault of the policy. */
export const OpenCaseBody = OpenCaseRequest.extend({ gate: z.unknown() });
export type OpenCaseBody = z.infer<typeof OpenCaseBody>;

const Yes = z
  .literal('true')
  .transform(() => true)
  .optional();

export const CasesQuery = z.strictObject({
  desk: text(LIMITS.labelLength).optional(),
  state: CaseStatus.optional(),
  receipt: ReceiptId.optional(),
  assigned: z.union([ReviewerId, z.literal('me')]).optional(),
  decidedBeforeProof: Yes,
  reopened: Yes,
  cursor: z.string().max(200).optional(),
  limit: pageLimit(LIMITS.rows).optional(),
});
export type CasesQuery = z.infer<typeof CasesQuery>;

export const CasesReply = z.strictObject({ cases: z.array(CaseSummary), cursor: z.string().nullable() }).meta({ id: 'CasesReply' });
export type CasesReply = z.infer<typeof CasesReply>;

export const DecideRequest = z
  .strictObject({ decision: Envelope })
  .meta({ id: 'DecideRequest', description: 'The decision, signed with the reviewer’s own key (docs/formats.md).' });
export type DecideRequest = z.infer<typeof DecideRequest>;

export const DecideReply = z.strictObject({ case: CaseSummary, decision: CaseDecision }).meta({ id: 'DecideReply' });
export type DecideReply = z.infer<typeof DecideReply>;

export const HandOverRequest = z
  .strictObject({ to: text(LIMITS.labelLength).meta({ description: 'A reviewer of the desk, by name or id.' }), note: Reason.optional() })
  .meta({ id: 'HandOverRequest' });
export type HandOverRequest = z.infer<typeof HandOverRequest>;

export const ReviewerInfo = z
  .strictObject({ id: ReviewerId, name: z.string(), key: Sha256, addedAt: InstantOut, removedAt: InstantOut.nullable() })
  .meta({ id: 'ReviewerInfo' });
export type ReviewerInfo = z.infer<typeof ReviewerInfo>;

export const DeskReply = z
  .strictObject({ id: DeskId, name: z.string(), me: ReviewerId, reviewers: z.array(ReviewerInfo) })
  .meta({ id: 'DeskReply' });
export type DeskReply = z.infer<typeof DeskReply>;

/** What a vault is told of its cases: that something happened, when, and which entry of the log says so. No reason and no note. */
export const CaseEntry = z
  .strictObject({
    case: CaseId,
    receipt: ReceiptId,
    number: z.int().min(0),
    happened: z.enum(['opened', 'viewed', 'handed_over', 'decided', 'reopened']).nullable().meta({
      description: 'Null where what it says is erased.',
    }),
    at: InstantOut,
    logIndex: z.int().min(0),
    entry: Sha256.nullable().meta({ description: 'What the log has at that index; null where the statement is erased.' }),
  })
  .meta({ id: 'CaseEntry' });
export type CaseEntry = z.infer<typeof CaseEntry>;

export const CaseEntriesQuery = z.strictObject({ cursor: z.string().max(200).optional() });
export type CaseEntriesQuery = z.infer<typeof CaseEntriesQuery>;

export const CaseEntriesReply = z
  .strictObject({ entries: z.array(CaseEntry), cursor: z.string().nullable() })
  .meta({ id: 'CaseEntriesReply', description: 'Case by case, the newest first; of each case in order.' });
export type CaseEntriesReply = z.infer<typeof CaseEntriesReply>;
