import { z } from 'zod';
import {
  Envelope,
  type ErasedBody,
  type GrantedBody,
  NewEpoch,
  OWNER_EVENT_TYPE,
  type OwnerEventPayload,
} from '../../schemas/owner-event.ts';
import { Policy } from '../../schemas/policy.ts';
import { base64, CollectionId, GrantId, Head, Millis, Sequence, Sha256, VaultId } from '../../schemas/primitives.ts';
import { GrantRole } from '../../schemas/vocabulary.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { encodeEnvelope, parseEnvelope, payloadVerifies, type SignedPayload } from '../crypto/dsse.ts';
import { encodeOwnerEvent, linkHash, NO_PREVIOUS, payloadHash } from '../memory/event.ts';
import { parseOwnerPayload, signerOf, verifyGenesis } from '../memory/owner-chain.ts';

/** A collection as the owner's own signed events vouch for it: its first key, and the keys of its rotations. */
const KnownCollection = z.strictObject({
  id: CollectionId,
  epoch: z.int().min(1),
  purpose: z.enum(['rows', 'vault']),
  keyCommitment: Sha256,
  boxSha256: Sha256,
  sealedName: base64(512),
  /** The keys after the first, oldest first. */
  later: z.array(NewEpoch.omit({ collection: true })).default([]),
  /** Whether it has been erased, keys and all. */
  erased: z.boolean().default(false),
});
export type KnownCollection = z.infer<typeof KnownCollection>;

/** A grant as the owner signed it. What has a default was not kept by earlier versions; `relearn` fills it in from the ledger. */
const KnownGrant = z.strictObject({
  id: GrantId,
  role: GrantRole,
  collections: z.array(CollectionId),
  sealedDetails: base64(4096),
  /** The epoch of the vault's own key that `sealedDetails` is sealed under. */
  detailsEpoch: z.int().min(1).default(1),
  revoked: z.boolean(),
  /** The X25519 key that the grant's collection keys are sealed to; null where it was not kept. */
  boxKey: Sha256.nullable().default(null),
  /** For a device: the key with which it may validate and retract. */
  signingKey: Sha256.nullable().default(null),
  /** In milliseconds; null for no end. */
  expiresAt: Millis.nullable().default(null),
});
export type KnownGrant = z.infer<typeof KnownGrant>;

/** The root of the service's operator, and the last statement of it that was seen; null for both where the root is pinned and none was seen. */
const SeenOperator = z.strictObject({ root: z.string(), number: z.int().min(0).nullable(), hash: Sha256.nullable() });
export type SeenOperator = z.infer<typeof SeenOperator>;

/** The log as it was last seen: its keys as text, and its signed checkpoint; null for `operator` where the service had no operator's root. */
const SeenLog = z.strictObject({ key: z.string(), checkpoint: z.string(), operator: SeenOperator.nullable().default(null) });
export type SeenLog = z.infer<typeof SeenLog>;

/**
 * What the owner's side remembers of a vault: nothing secret, everything checked against the owner's signature when it was learnt. From here on
 * a service can only go forward: what is behind `head`, or beside it, is refused.
 */
export const OwnerState = z.strictObject({
  format: z.literal(1),
  vault: VaultId,
  genesis: Envelope,
  /** The events that moved on to another owner key, oldest first. */
  ownerRotations: z.array(Envelope).default([]),
  ownerSeq: Sequence,
  ownerHead: Sha256,
  head: Head,
  collections: z.array(KnownCollection),
  grants: z.array(KnownGrant),
  policy: Policy.nullable(),
  /** Where the ledger says that it was restored from a backup. */
  restores: z.array(Head).default([]),
  log: SeenLog.nullable(),
});
export type OwnerState = z.infer<typeof OwnerState>;

/** What is remembered of a vault of which only the genesis is known: everything after it is still to be learnt. */
export function stateAtGenesis(signed: SignedPayload): OwnerState {
  const { vault, payload } = verifyGenesis(signed);
  // The service stamps a genesis with the time at which it was signed, so its place in the ledger is known here.
  const head = { seq: 0, hash: hex(linkHash(0, NO_PREVIOUS, encodeOwnerEvent(payload.signedAt, signed))) };
  return {
    format: 1,
    vault,
    genesis: envelopeOf(signed),
    ownerRotations: [],
    ownerSeq: 0,
    ownerHead: vault,
    head,
    collections: [],
    grants: [],
    policy: null,
    restores: [],
    log: null,
  };
}

/** The owner's public keys, in hexadecimal. */
export interface PublicKeys {
  /** What owner events are signed with now. */
  readonly ownerKey: string;
  readonly boxKey: string;
  /** What the next owner key must hash to. */
  readonly nextKeyHash: string;
  /** How often the owner key has been moved on. */
  readonly generation: number;
}

/**
 * The owner's public keys: as the genesis names them, or the last event that moved on to another.
 * @throws {MemSyncError} `event_malformed`, `event_signature_invalid`, `event_vault_mismatch`
 */
export function publicKeysOf(state: Pick<OwnerState, 'vault' | 'genesis' | 'ownerRotations'>): PublicKeys {
  const { vault, payload } = verifyGenesis(parseEnvelope(OWNER_EVENT_TYPE, state.genesis));
  if (vault !== state.vault) throw new MemSyncError('event_vault_mismatch', 'The genesis remembered here is another vault’s.');
  let { ownerKey, nextKeyHash } = payload.body;
  for (const envelope of state.ownerRotations) {
    const signed = parseEnvelope(OWNER_EVENT_TYPE, envelope);
    const moved = parseOwnerPayload(signed.payload);
    const signer = signerOf(moved, { ownerKey, nextKeyHash, deviceKey: null });
    if (
      moved.kind !== 'owner_rotated' ||
      moved.vault !== vault ||
      signer === null ||
      !payloadVerifies(fromHex(signer), OWNER_EVENT_TYPE, signed)
    ) {
      throw new MemSyncError(
        'event_signature_invalid',
        'A change of the owner key remembered here was not signed by the key that was to follow.',
      );
    }
    ({ ownerKey, nextKeyHash } = moved.body);
  }
  return { ownerKey, boxKey: payload.body.boxKey, nextKeyHash, generation: state.ownerRotations.length };
}

/** The epoch that a collection's rows are sealed under now. */
export function newestEpoch(collection: KnownCollection): number {
  return collection.later.at(-1)?.epoch ?? collection.epoch;
}

/** The state after one more owner event, whose signature and place have been checked. */
export function noteOwnerEvent(state: OwnerState, payload: OwnerEventPayload, signed: SignedPayload): OwnerState {
  return { ...state, ...learnt(state, payload, signed), ownerSeq: payload.ownerSeq, ownerHead: payloadHash(signed.payload) };
}

function learnt(state: OwnerState, payload: OwnerEventPayload, signed: SignedPayload): Partial<OwnerState> {
  switch (payload.kind) {
    case 'collection_added': {
      const { collection, ...rest } = payload.body;
      return { collections: [...state.collections, { id: collection, ...rest, later: [], erased: false }] };
    }
    case 'granted':
      return { grants: [...state.grants, knownGrant(state, payload.body)] };
    case 'revoked':
      return { grants: withRevoked(state, [payload.body.grant]) };
    case 'rotated': {
      const fresh = new Map(payload.body.collections.map(({ collection, ...epoch }) => [collection, epoch]));
      const collections = state.collections.map((known) => {
        const epoch = fresh.get(known.id);
        return epoch === undefined ? known : { ...known, later: [...known.later, epoch] };
      });
      return { collections, grants: withRevoked(state, payload.body.revoked) };
    }
    case 'erased':
      return erased(state, payload.body);
    case 'owner_rotated':
      return { ownerRotations: [...state.ownerRotations, envelopeOf(signed)] };
    case 'policy_set':
      return { policy: payload.body.policy };
    default:
      return {};
  }
}

function erased(state: OwnerState, body: ErasedBody): Partial<OwnerState> {
  if (body.scope === 'rows') return {};
  const collections = state.collections.map((known) =>
    body.scope === 'vault' || known.id === body.collection ? { ...known, erased: true } : known,
  );
  if (body.scope === 'collection') return { collections };
  const ids = state.grants.map(({ id }) => id);
  return { collections, grants: withRevoked(state, ids) };
}

function knownGrant(state: OwnerState, body: GrantedBody): KnownGrant {
  const own = state.collections.find(({ purpose }) => purpose === 'vault');
  return {
    id: body.grant,
    role: body.role,
    collections: body.boxes.map((box) => box.collection),
    sealedDetails: body.sealedDetails,
    detailsEpoch: own === undefined ? 1 : newestEpoch(own),
    revoked: false,
    boxKey: body.boxKey,
    signingKey: body.signingKey ?? null,
    expiresAt: body.expiresAt,
  };
}

function withRevoked(state: OwnerState, ids: readonly string[]): KnownGrant[] {
  return state.grants.map((grant) => (ids.includes(grant.id) ? { ...grant, revoked: true } : grant));
}

function envelopeOf(signed: SignedPayload): Envelope {
  const { payloadType, payload, signatures } = encodeEnvelope(OWNER_EVENT_TYPE, 'owner', signed);
  return { payloadType, payload, signatures: [...signatures] };
}
