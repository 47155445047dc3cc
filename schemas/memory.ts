import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { CollectionName, GrantId, Head, Instant, InstantOut, MemoryId, Seconds, Sha256, text } from './primitives.ts';
import { BasisReason, Category, Channel, MemoryType, OriginKind, Standing, Tier } from './vocabulary.ts';

/** What a caller says of where a row comes from. Claimed, never believed above the grant's ceiling. */
export const Claimed = z
  .strictObject({
    kind: OriginKind.optional(),
    ref: text(LIMITS.refLength).optional(),
    role: z.enum(['user', 'assistant', 'tool', 'system']).optional(),
    speaker: text(LIMITS.labelLength).optional(),
    thread: text(LIMITS.refLength).optional(),
    model: text(LIMITS.labelLength).optional(),
    url: text(LIMITS.refLength * 2).optional(),
    quote: text(LIMITS.quoteLength).optional(),
  })
  .meta({ id: 'Claimed' });
export type Claimed = z.infer<typeof Claimed>;

/** One thing to remember. */
export const NewMemory = z
  .strictObject({
    text: text(LIMITS.textLength),
    type: MemoryType.optional().meta({ description: 'Default: semantic.' }),
    category: Category.optional().meta({ description: 'Default: private.' }),
    collection: CollectionName.optional().meta({ description: 'Default: default, or the grant’s only collection.' }),
    observedAt: Instant.optional().meta({ description: 'When it was true, as far as you know. Age counts from it.' }),
    validUntil: Instant.optional(),
    subject: text(LIMITS.labelLength).optional(),
    attribute: text(LIMITS.labelLength).optional(),
    supersedes: z.array(MemoryId).max(LIMITS.sources).optional(),
    derivedFrom: z.array(MemoryId).max(LIMITS.sources).optional(),
    claimed: Claimed.optional(),
  })
  .meta({ id: 'NewMemory' });
export type NewMemory = z.infer<typeof NewMemory>;

export const RememberRequest = z
  .strictObject({ memories: z.array(NewMemory).min(1).max(LIMITS.batchRows) })
  .meta({ id: 'RememberRequest' });
export type RememberRequest = z.infer<typeof RememberRequest>;

/** A new version of a row: what is left out stays as it was; null clears. */
export const EditMemory = z
  .strictObject({
    text: text(LIMITS.textLength).optional(),
    type: MemoryType.optional(),
    category: Category.optional(),
    observedAt: Instant.optional(),
    validUntil: Instant.optional(),
    subject: text(LIMITS.labelLength).nullable().optional(),
    attribute: text(LIMITS.labelLength).nullable().optional(),
    derivedFrom: z.array(MemoryId).max(LIMITS.sources).optional(),
    claimed: Claimed.optional(),
  })
  .refine((edit) => Object.keys(edit).length > 0, 'must change something')
  .meta({ id: 'EditMemory' });
export type EditMemory = z.infer<typeof EditMemory>;

/** One grant's doubt about a row. */
const Doubt = z
  .strictObject({
    grant: GrantId,
    at: InstantOut,
    reason: z.enum(['edit', 'supersede', 'attribute', 'doubt']).meta({
      description: 'An edit or a supersession that the grant may not make, another value of the same attribute, or plain doubt.',
    }),
    note: z
      .string()
      .nullable()
      .meta({ description: 'Why, in the app’s words, where it gave any and you may read the version it is about.' }),
  })
  .meta({ id: 'Doubt' });

/** A row as it stands at the moment of the answer. */
export const Memory = z
  .strictObject({
    id: MemoryId,
    version: z.int().min(1),
    text: z.string(),
    type: MemoryType,
    category: Category,
    collection: CollectionName,
    subject: z.string().nullable(),
    attribute: z.string().nullable(),
    tier: Tier,
    standing: Standing,
    origin: z.strictObject({
      effective: OriginKind,
      stamped: z.strictObject({ grantId: GrantId.nullable(), channel: Channel, recordedAt: InstantOut }),
      claimed: Claimed,
    }),
    observedAt: InstantOut.nullable(),
    recordedAt: InstantOut,
    basisAt: InstantOut,
    basisReason: BasisReason,
    validUntil: InstantOut.nullable(),
    lastValidatedAt: InstantOut.nullable(),
    lastRecheckedAt: InstantOut.nullable(),
    lastAppConfirmedAt: InstantOut.nullable(),
    ageSeconds: Seconds,
    unvalidatedForSeconds: Seconds,
    fallsDueAt: InstantOut.nullable().meta({ description: 'When it next falls a tier, or null when it is as low as it goes.' }),
    sightings: z.int().min(0),
    supersedes: z.array(MemoryId),
    supersededBy: MemoryId.nullable(),
    contestedBy: z.array(GrantId),
    derivedFrom: z.array(MemoryId),
    commitment: Sha256,
    servedInReceipts: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'In a list of what falls due: in how many receipts it was served since it was last confirmed.' }),
    doubts: z.array(Doubt).optional().meta({ description: 'In a list of contested rows: who doubts it, and why.' }),
    sighting: z.boolean().optional().meta({ description: 'True where a remembered text was there already.' }),
  })
  .meta({ id: 'Memory' });
export type Memory = z.infer<typeof Memory>;

export const RememberReply = z.strictObject({ memories: z.array(Memory), head: Head }).meta({ id: 'RememberReply' });
export type RememberReply = z.infer<typeof RememberReply>;

export const EditReply = z
  .strictObject({
    memory: Memory,
    outcome: z.enum(['edited', 'contested']).meta({ description: 'Contested where the row was not the app’s own, or is validated.' }),
    head: Head,
  })
  .meta({ id: 'EditReply' });
export type EditReply = z.infer<typeof EditReply>;

/** A number in a query string. */
const QueryInt = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

export const ListQuery = z
  .strictObject({
    tier: Tier.optional(),
    standing: Standing.optional(),
    category: Category.optional(),
    collection: CollectionName.optional(),
    subject: text(LIMITS.labelLength).optional(),
    due: Instant.optional().meta({ description: 'Rows that fall a tier by then.' }),
    order: z.enum(['steering', 'soonest']).optional().meta({
      description: 'With `due`: what was served in the most receipts since it was last confirmed first (default), or the soonest.',
    }),
    cursor: z.string().max(200).optional(),
    limit: QueryInt(1, LIMITS.rows).optional(),
  })
  .meta({ id: 'ListQuery' });
export type ListQuery = z.infer<typeof ListQuery>;

export const ListReply = z.strictObject({ memories: z.array(Memory), cursor: z.string().nullable(), head: Head }).meta({ id: 'ListReply' });
export type ListReply = z.infer<typeof ListReply>;

/** An app's doubt about a row. */
export const ContestRequest = z
  .strictObject({ note: text(LIMITS.quoteLength).optional().meta({ description: 'Why; sealed, for the owner to read.' }) })
  .meta({ id: 'ContestRequest' });
export type ContestRequest = z.infer<typeof ContestRequest>;

export const ContestReply = z.strictObject({ memory: Memory, head: Head }).meta({ id: 'ContestReply' });
export type ContestReply = z.infer<typeof ContestReply>;

/** An app's word that a row still holds: noted, and no more. */
export const AppConfirmationRequest = z.strictObject({}).meta({ id: 'AppConfirmationRequest' });

/** One thing that happened to a row, oldest first. */
export const HistoryEntry = z
  .strictObject({
    seq: z.int().min(0),
    at: InstantOut,
    kind: z.string(),
    by: z.string().meta({ description: 'owner, a grant id, or job:NAME.' }),
    version: z.int().min(1).nullable(),
    text: z.string().nullable().meta({ description: 'The text of the version that the event made.' }),
    detail: z.string().nullable(),
  })
  .meta({ id: 'HistoryEntry' });
export type HistoryEntry = z.infer<typeof HistoryEntry>;

export const HistoryReply = z.strictObject({ memory: Memory, events: z.array(HistoryEntry), head: Head }).meta({ id: 'HistoryReply' });
export type HistoryReply = z.infer<typeof HistoryReply>;
