import { z } from 'zod';
import { AddendumBundle, EvidenceByClaim } from './evidence.ts';
import { LIMITS } from './limits.ts';
import { Envelope, ValidationLeaf } from './owner-event.ts';
import {
  Head,
  InstantOut,
  Instant,
  MemoryId,
  Millis,
  ReceiptId,
  RetrievalId,
  Seconds,
  Sha256,
  text,
  VaultId,
  pageLimit,
} from './primitives.ts';
import { ClaimName, ClaimStatus, OriginKind, Standing, Tier } from './vocabulary.ts';

export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const RECEIPT_PREDICATE_TYPE = 'urn:memsync:predicate:receipt:v1';

const Label = text(LIMITS.labelLength);

export const Model = z
  .strictObject({
    label: Label,
    provider: Label.optional(),
    artifact: z.strictObject({ blobId: Label.optional(), sha256: Sha256.optional() }).optional(),
  })
  .meta({ id: 'Model' });

const Message = z.looseObject({ role: z.string().max(100) });

export const Conversation = z.strictObject({ thread: text(LIMITS.refLength), turn: z.union([z.int().min(0), Label]) });

export const AppInfo = z.strictObject({
  name: Label,
  version: Label,
  promptTemplate: z.strictObject({ id: Label, sha256: Sha256 }).optional(),
});

export const ToolUse = z.strictObject({
  name: Label,
  version: Label.optional(),
  argsSha256: Sha256.optional(),
  resultSha256: Sha256.optional(),
});

export const ReceiptRequest = z
  .strictObject({
    retrievalId: RetrievalId,
    model: Model,
    request: z
      .union([z.strictObject({ messages: z.array(Message).min(1).max(2000) }), z.strictObject({ sha256: Sha256 })])
      .optional()
      .meta({ description: 'What was sent to the model: looked through for the context block, never stored.' }),
    output: z.union([z.strictObject({ text: z.string().max(4 * 1024 * 1024) }), z.strictObject({ sha256: Sha256 })]),
    conversation: Conversation.optional(),
    app: AppInfo.optional(),
    tools: z.array(ToolUse).max(200).optional(),
    evidence: EvidenceByClaim.optional().meta({ description: 'Evidence that is in hand already; more may follow at any time.' }),
  })
  .meta({ id: 'ReceiptRequest' });
export type ReceiptRequest = z.infer<typeof ReceiptRequest>;

/** One thing that was looked at for a claim. */
export const Check = z.strictObject({ check: z.string(), status: ClaimStatus, detail: z.string() }).meta({ id: 'Check' });
export type Check = z.infer<typeof Check>;

/** One claim: its own status from its own evidence, with what that settles and what it does not (promise 7). */
export const Claim = z
  .strictObject({
    claim: ClaimName,
    status: ClaimStatus,
    proves: z.string(),
    doesNotProve: z.string(),
    checks: z.array(Check),
    /** By a digest of itself, or a salted one where it could be guessed back from that. */
    evidence: z.array(
      z.union([z.strictObject({ kind: z.string(), sha256: Sha256 }), z.strictObject({ kind: z.string(), digest: Sha256 })]),
    ),
  })
  .meta({ id: 'Claim' });
export type Claim = z.infer<typeof Claim>;

/** A claim as the signed statement holds it; the fixed texts stay outside. */
const SignedClaim = Claim.pick({ claim: true, status: true, evidence: true }).extend({ checks: z.array(Check.omit({ detail: true })) });

/** A row as it was served: the plain tag, committed to by a salted digest and disclosed beside the envelope. Instants in milliseconds. */
export const TagRecord = z
  .strictObject({
    tag: z.string().regex(/^m[1-9]\d{0,3}$/),
    row: MemoryId,
    version: z.int().min(1),
    commitment: Sha256,
    placement: Tier,
    tier: Tier,
    standing: Standing,
    origin: OriginKind,
    basisAt: Millis,
    lastValidatedAt: Millis.nullable(),
    ageSeconds: z.int().min(0),
    unvalidatedForSeconds: z.int().min(0),
    rank: z.int().min(1),
    segment: z.int().min(0).meta({ description: 'Index of its line among the context block’s segments.' }),
    cited: z.boolean().nullable(),
  })
  .meta({ id: 'TagRecord' });
export type TagRecord = z.infer<typeof TagRecord>;

export const ReceiptPredicate = z.strictObject({
  receipt: ReceiptId,
  vault: VaultId,
  head: Head,
  policySha256: Sha256,
  engine: z.string(),
  build: z.string(),
  evaluatedAt: Instant,
  issuedAt: Instant,
  retrieval: RetrievalId,
  queryDigest: Sha256,
  contextRoot: Sha256,
  contextSegments: z.int().min(0),
  contextLength: z.int().min(0),
  tags: z.array(Sha256),
  model: Model,
  requestDigest: Sha256.nullable(),
  conversation: Conversation.nullable(),
  app: AppInfo.nullable(),
  tools: z.array(ToolUse),
  claims: z.array(SignedClaim),
});
export type ReceiptPredicate = z.infer<typeof ReceiptPredicate>;

/** The signed statement: in-toto Statement v1 about one output (DESIGN, "The receipt"). */
export const ReceiptStatement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.strictObject({ name: z.literal('output'), digest: z.strictObject({ sha256: Sha256 }) })).length(1),
  predicateType: z.literal(RECEIPT_PREDICATE_TYPE),
  predicate: ReceiptPredicate,
});
export type ReceiptStatement = z.infer<typeof ReceiptStatement>;

/** The owner's word for one row: the signed statement, the row's leaf in it and its path, to be checked against the vault id. */
export const OwnerEvidence = z
  .strictObject({
    event: Envelope,
    leaf: ValidationLeaf,
    index: z.int().min(0),
    path: z.array(Sha256).max(40),
    appendedAt: Millis,
    grant: Envelope.optional().meta({ description: 'Where a device signed: the owner’s event that gave it its key.' }),
  })
  .meta({ id: 'OwnerEvidence' });
export type OwnerEvidence = z.infer<typeof OwnerEvidence>;

export const TagDisclosure = z.strictObject({ salt: Sha256, record: TagRecord, owner: OwnerEvidence.optional() });
export type TagDisclosure = z.infer<typeof TagDisclosure>;

/** What opens the commitments: hand over all, some or none, and the signature still verifies. */
export const Disclosures = z
  .strictObject({
    genesis: Envelope.optional().meta({
      description: 'The vault’s genesis, whose SHA-256 is the vault id and which names the owner’s key.',
    }),
    rotations: z
      .array(Envelope)
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'The events that moved on to another owner key, from the genesis on.' }),
    query: z.strictObject({ salt: Sha256, text: z.string() }).optional(),
    request: z
      .strictObject({ salt: Sha256, sha256: Sha256 })
      .optional()
      .meta({ description: 'The SHA-256 of what was sent to the model. It holds the context block, so it is signed salted.' }),
    tags: z.array(TagDisclosure.nullable()).meta({ description: 'In the order of the signed digests; null where not disclosed.' }),
    segments: z
      .array(z.union([z.strictObject({ salt: Sha256, text: z.string() }), z.strictObject({ leaf: Sha256 })]))
      .meta({ description: 'The context block line by line; a leaf hash alone where not disclosed.' }),
  })
  .meta({ id: 'Disclosures' });
export type Disclosures = z.infer<typeof Disclosures>;

export const Bundle = z
  .strictObject({
    envelope: Envelope,
    disclosures: Disclosures,
    proof: z
      .string()
      .max(65_536)
      .meta({ description: 'c2sp.org/tlog-proof@v1: inclusion of the receipt’s digest, and the signed checkpoint.' }),
    addenda: z
      .array(AddendumBundle)
      .min(1)
      .max(LIMITS.addenda)
      .optional()
      .meta({ description: 'Evidence that came later, in the log’s order.' }),
  })
  .meta({ id: 'Bundle' });
export type Bundle = z.infer<typeof Bundle>;

export const ReceiptRow = TagRecord.extend({
  served: ClaimStatus,
  injected: ClaimStatus,
  influence: z.null(),
}).meta({ id: 'ReceiptRow' });
export type ReceiptRow = z.infer<typeof ReceiptRow>;

/** A row that was served, and of which nothing is left but that. */
export const ErasedReceiptRow = z
  .strictObject({ position: z.int().min(0), row: MemoryId, erasedAt: InstantOut })
  .meta({ id: 'ErasedReceiptRow' });
export type ErasedReceiptRow = z.infer<typeof ErasedReceiptRow>;

export const ReceiptReply = z
  .strictObject({
    id: ReceiptId,
    issuedAt: InstantOut,
    bundle: Bundle,
    claims: z.array(Claim),
    rows: z.array(ReceiptRow),
    erased: z.array(ErasedReceiptRow),
  })
  .meta({ id: 'ReceiptReply' });
export type ReceiptReply = z.infer<typeof ReceiptReply>;

/** A receipt whose payment is verified while another claim that was made is not. */
export const PaidUnexplained = z
  .strictObject({
    claims: z.array(ClaimName).min(1).meta({ description: 'The claims that were made and are not verified.' }),
    since: InstantOut.meta({ description: 'When the payment’s evidence was in hand.' }),
    lagSeconds: Seconds.meta({ description: 'How long since then.' }),
  })
  .meta({ id: 'PaidUnexplained' });
export type PaidUnexplained = z.infer<typeof PaidUnexplained>;

export const ReceiptSummary = z
  .strictObject({
    id: ReceiptId,
    issuedAt: InstantOut,
    outputSha256: Sha256,
    model: z.string(),
    provider: z.string().nullable().meta({ description: 'Who runs the model, as the app labelled it.' }),
    thread: z.string().nullable(),
    turn: z.union([z.int().min(0), z.string()]).nullable(),
    app: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
    claims: z.record(ClaimName, ClaimStatus).meta({ description: 'The status of each claim by itself. There is no overall one.' }),
    paidUnexplained: PaidUnexplained.nullable(),
    rows: z.int().min(0),
    addenda: z.int().min(0).meta({ description: 'How many pieces of evidence, and looks at them again, have come after it.' }),
    logIndex: z.int().min(0),
  })
  .meta({ id: 'ReceiptSummary' });
export type ReceiptSummary = z.infer<typeof ReceiptSummary>;

export const ReceiptsQuery = z.strictObject({
  memory: MemoryId.optional(),
  thread: text(LIMITS.refLength).optional(),
  paidUnexplained: z
    .literal('true')
    .transform(() => true)
    .optional()
    .meta({ description: 'Only those whose payment is verified while another claim that was made is not.' }),
  from: Instant.optional(),
  to: Instant.optional(),
  cursor: z.string().max(200).optional(),
  limit: pageLimit(LIMITS.rows).optional(),
});
export type ReceiptsQuery = z.infer<typeof ReceiptsQuery>;

export const ReceiptsReply = z
  .strictObject({
    receipts: z.array(ReceiptSummary),
    cursor: z.string().nullable().meta({ description: 'Where to go on. A page may be short, even empty, and still have one.' }),
  })
  .meta({ id: 'ReceiptsReply' });
export type ReceiptsReply = z.infer<typeof ReceiptsReply>;
