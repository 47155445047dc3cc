import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { base64, CollectionId, EventId, GrantId, Head, MemoryId, Millis, Sequence, Sha256, VaultId, pageLimit } from './primitives.ts';
import { Policy } from './policy.ts';
import { Capability, GrantRole, OriginKind } from './vocabulary.ts';

export const OWNER_EVENT_TYPE = 'application/vnd.memsync.event.v1+json';

const Key32 = Sha256;

/** One sealed collection key, as a signed event vouches for it (the box itself travels beside the event). */
export const SignedBox = z.strictObject({ collection: CollectionId, epoch: z.int().min(1), keyCommitment: Sha256, boxSha256: Sha256 });
export type SignedBox = z.infer<typeof SignedBox>;

/** A row version that an event names: it counts for these very bytes and no others. */
export const NamedVersion = z.strictObject({ row: MemoryId, version: z.int().min(1), commitment: Sha256 });
export type NamedVersion = z.infer<typeof NamedVersion>;

const NewVersion = NamedVersion.extend({ collection: CollectionId, epoch: z.int().min(1), content: Sha256 });

export const GenesisBody = z.strictObject({
  format: z.literal(1),
  ownerKey: Key32,
  boxKey: Key32,
  nextKeyHash: Sha256,
});

export const CollectionAddedBody = z.strictObject({
  collection: CollectionId,
  epoch: z.literal(1),
  purpose: z.enum(['rows', 'vault']),
  keyCommitment: Sha256,
  boxSha256: Sha256,
  /** The collection's name, sealed under its own key. */
  sealedName: base64(512),
});

export const GrantedBody = z.strictObject({
  grant: GrantId,
  role: GrantRole,
  capabilities: z.array(Capability).max(20),
  originCeiling: OriginKind,
  expiresAt: Millis.nullable(),
  authHash: Sha256,
  boxKey: Key32,
  /** For a device: the key with which it may validate and retract in the owner's name. */
  signingKey: Key32.optional(),
  boxes: z.array(SignedBox).min(1).max(1000),
  /** Label and category limits, sealed under the vault's key. */
  sealedDetails: base64(4096),
});
export type GrantedBody = z.infer<typeof GrantedBody>;

/** What `sealedDetails` holds. */
export const GrantDetails = z.strictObject({
  label: z.string().min(1).max(LIMITS.labelLength),
  categories: z.array(z.string()).nullable(),
});
export type GrantDetails = z.infer<typeof GrantDetails>;

/** A new epoch of a collection's key: sealed to the owner, committed to, with the key before it sealed under it. */
export const NewEpoch = z.strictObject({
  collection: CollectionId,
  epoch: z.int().min(2),
  keyCommitment: Sha256,
  boxSha256: Sha256,
  sealedPrevious: base64(512),
});
export type NewEpoch = z.infer<typeof NewEpoch>;

/** Grants cut off, collections under new keys, and those keys for the grants that remain: one event, so that there is no time between. */
export const RotatedBody = z.strictObject({
  revoked: z.array(GrantId).max(1000),
  collections: z.array(NewEpoch).min(1).max(1000),
  grants: z.array(z.strictObject({ grant: GrantId, boxes: z.array(SignedBox).min(1).max(1000) })).max(1000),
});
export type RotatedBody = z.infer<typeof RotatedBody>;

/** What an erasure takes: rows, a collection with all its rows and its key, or everything that the vault holds. */
export const ErasedBody = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('rows'), rows: z.array(MemoryId).min(1).max(LIMITS.eventRows) }),
  z.strictObject({ scope: z.literal('collection'), collection: CollectionId }),
  z.strictObject({ scope: z.literal('vault') }),
]);
export type ErasedBody = z.infer<typeof ErasedBody>;

const namedRows = z.strictObject({ rows: z.array(NamedVersion).min(1).max(LIMITS.eventRows) });

const head = {
  vault: VaultId,
  eventId: EventId,
  ownerSeq: Sequence.min(1),
  ownerPrev: Sha256,
  seenHead: Head,
  signedAt: Millis,
  /** The device whose delegated key signs; left out where the owner's own does. */
  by: GrantId.optional(),
};

/** The payload of every owner event but the genesis (FORMATS, "Owner event"), canonical JSON. */
export const OwnerEventPayload = z.discriminatedUnion('kind', [
  z.strictObject({
    ...head,
    kind: z.literal('validated'),
    body: z.strictObject({ root: Sha256, size: z.int().min(1).max(LIMITS.eventRows) }),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('remembered'),
    /** `supersedes`: the rows that this one replaces, as the owner saw them. */
    body: NewVersion.extend({ supersedes: z.array(NamedVersion).min(1).max(LIMITS.sources).optional() }),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('edited'),
    body: z.strictObject({
      rows: z
        .array(NewVersion.extend({ previous: NamedVersion }))
        .min(1)
        .max(LIMITS.batchRows),
    }),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('superseded'),
    body: z.strictObject({
      pairs: z
        .array(z.strictObject({ replaced: NamedVersion, by: NamedVersion }))
        .min(1)
        .max(LIMITS.eventRows),
    }),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('dismissed'),
    /** The doubts that the owner had seen at `seenHead`: of this grant (null: of any), on these rows (none: on any). */
    body: z.strictObject({ grant: GrantId.nullable(), rows: z.array(MemoryId).max(LIMITS.eventRows) }),
  }),
  z.strictObject({ ...head, kind: z.literal('retracted'), body: namedRows }),
  z.strictObject({ ...head, kind: z.literal('reinstated'), body: namedRows }),
  z.strictObject({ ...head, kind: z.literal('erased'), body: ErasedBody }),
  z.strictObject({ ...head, kind: z.literal('collection_added'), body: CollectionAddedBody }),
  z.strictObject({ ...head, kind: z.literal('granted'), body: GrantedBody }),
  z.strictObject({ ...head, kind: z.literal('revoked'), body: z.strictObject({ grant: GrantId }) }),
  z.strictObject({ ...head, kind: z.literal('policy_set'), body: z.strictObject({ policy: Policy }) }),
  z.strictObject({ ...head, kind: z.literal('rotated'), body: RotatedBody }),
  /** Signed with the new key, whose hash the genesis or the last such event committed to. */
  z.strictObject({ ...head, kind: z.literal('owner_rotated'), body: z.strictObject({ ownerKey: Key32, nextKeyHash: Sha256 }) }),
]);
export type OwnerEventPayload = z.infer<typeof OwnerEventPayload>;

export const GenesisPayload = z.strictObject({
  vault: z.null(),
  eventId: EventId,
  ownerSeq: z.literal(0),
  ownerPrev: z.null(),
  seenHead: z.null(),
  kind: z.literal('genesis'),
  body: GenesisBody,
  signedAt: Millis,
});
export type GenesisPayload = z.infer<typeof GenesisPayload>;

export const Envelope = z
  .strictObject({
    payloadType: z.string().max(200),
    payload: base64(4 * 1024 * 1024),
    signatures: z.array(z.strictObject({ keyid: z.string().max(200), sig: base64(64) })).length(1),
  })
  .meta({ id: 'Envelope', description: 'A DSSE envelope with one Ed25519 signature.' });
export type Envelope = z.infer<typeof Envelope>;

/** One leaf of a batch validation: a row version that the owner stands behind, and until when (null: as the policy says). */
export const ValidationLeaf = z
  .strictObject({ salt: Sha256, row: MemoryId, version: z.int().min(1), commitment: Sha256, expiresAt: Millis.nullable() })
  .meta({ id: 'ValidationLeaf' });
export type ValidationLeaf = z.infer<typeof ValidationLeaf>;

/** A row version that the owner sealed. */
export const SealedVersion = z
  .strictObject({ header: base64(65_536), text: base64(4 * LIMITS.textLength), wrappedKey: base64(256) })
  .meta({ id: 'SealedVersion' });

/** An owner event with what travels beside it. */
export const OwnerSubmission = z
  .strictObject({
    event: Envelope,
    leaves: z.array(ValidationLeaf).max(LIMITS.eventRows).optional().meta({ description: 'For `validated`, in tree order.' }),
    boxes: z
      .array(base64(512))
      .max(10_000)
      .optional()
      .meta({ description: 'For `collection_added`, `granted` and `rotated` (the owner’s own first), in the order signed.' }),
    sealed: z
      .array(SealedVersion)
      .max(LIMITS.batchRows)
      .optional()
      .meta({ description: 'For `remembered` (one) and `edited`, in the order signed.' }),
  })
  .meta({ id: 'OwnerSubmission' });
export type OwnerSubmission = z.infer<typeof OwnerSubmission>;

export const CreateVaultRequest = z
  .strictObject({ genesis: Envelope, events: z.array(OwnerSubmission).max(32).optional() })
  .meta({ id: 'CreateVaultRequest', description: 'The genesis, and the events that make the vault usable, written whole or not at all.' });
export type CreateVaultRequest = z.infer<typeof CreateVaultRequest>;

export const CreateVaultReply = z.strictObject({ vault: VaultId, head: Head, ownerSeq: Sequence }).meta({ id: 'CreateVaultReply' });
export type CreateVaultReply = z.infer<typeof CreateVaultReply>;

export const VaultHeadReply = z
  .strictObject({ vault: VaultId, head: Head, ownerSeq: Sequence, ownerHead: Sha256 })
  .meta({ id: 'VaultHeadReply', description: 'Where the ledger stands and the owner’s chain within it.' });
export type VaultHeadReply = z.infer<typeof VaultHeadReply>;

export const EventsQuery = z.strictObject({
  from: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
  limit: pageLimit(1000).optional(),
});
export type EventsQuery = z.infer<typeof EventsQuery>;

export const EventsReply = z
  .strictObject({
    events: z.array(
      z.strictObject({
        seq: Sequence,
        hash: Sha256,
        stored: base64(4 * 1024 * 1024).meta({ description: 'The stored event bytes that the chain runs over.' }),
        leaves: z.array(ValidationLeaf).optional(),
        sealed: base64(262_144).optional().meta({ description: 'The sealed half of a grant’s event, until it is erased.' }),
      }),
    ),
    head: Head,
  })
  .meta({ id: 'EventsReply' });
export type EventsReply = z.infer<typeof EventsReply>;

const KeptBox = z.strictObject({ collection: CollectionId, epoch: z.int().min(1), box: base64(512) });

export const OwnerBoxesReply = z
  .strictObject({
    boxes: z.array(KeptBox).meta({ description: 'The owner’s own, of every epoch.' }),
    device: z.array(KeptBox).meta({ description: 'Those of the grant that asks.' }),
  })
  .meta({ id: 'OwnerBoxesReply', description: 'Sealed copies of the collection keys.' });
export type OwnerBoxesReply = z.infer<typeof OwnerBoxesReply>;

export const GrantInfo = z
  .strictObject({
    id: GrantId,
    label: z.string(),
    role: GrantRole,
    capabilities: z.array(Capability),
    collections: z.array(z.string()),
    categories: z.array(z.string()).nullable(),
    originCeiling: OriginKind,
    grantedAt: z.string(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
  })
  .meta({ id: 'GrantInfo' });
export type GrantInfo = z.infer<typeof GrantInfo>;

export const GrantsReply = z.strictObject({ grants: z.array(GrantInfo), head: Head }).meta({ id: 'GrantsReply' });
export type GrantsReply = z.infer<typeof GrantsReply>;
