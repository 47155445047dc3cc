import { z } from 'zod';
import { Envelope, OWNER_EVENT_TYPE, type OwnerEventPayload } from '../../schemas/owner-event.ts';
import { Policy } from '../../schemas/policy.ts';
import { base64, CollectionId, GrantId, Head, Sequence, Sha256, VaultId } from '../../schemas/primitives.ts';
import { GrantRole } from '../../schemas/vocabulary.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { payloadHash } from '../memory/event.ts';
import { verifyGenesis } from '../memory/owner-chain.ts';

/** A collection as the owner's own signed event vouches for it. */
const KnownCollection = z.strictObject({
  id: CollectionId,
  epoch: z.int().min(1),
  purpose: z.enum(['rows', 'vault']),
  keyCommitment: Sha256,
  boxSha256: Sha256,
  sealedName: base64(512),
});
export type KnownCollection = z.infer<typeof KnownCollection>;

/** A grant as the owner signed it. */
const KnownGrant = z.strictObject({
  id: GrantId,
  role: GrantRole,
  collections: z.array(CollectionId),
  sealedDetails: base64(4096),
  revoked: z.boolean(),
});
export type KnownGrant = z.infer<typeof KnownGrant>;

/** The log as it was last seen: its keys as text, and its signed checkpoint. */
const SeenLog = z.strictObject({ key: z.string(), checkpoint: z.string() });
export type SeenLog = z.infer<typeof SeenLog>;

/**
 * What the owner's side remembers of a vault: nothing secret, everything checked against the owner's signature when it was learnt. From here on
 * a service can only go forward: what is behind `head`, or beside it, is refused.
 */
export const OwnerState = z.strictObject({
  format: z.literal(1),
  vault: VaultId,
  genesis: Envelope,
  ownerSeq: Sequence,
  ownerHead: Sha256,
  head: Head,
  collections: z.array(KnownCollection),
  grants: z.array(KnownGrant),
  policy: Policy.nullable(),
  log: SeenLog.nullable(),
});
export type OwnerState = z.infer<typeof OwnerState>;

/** The owner's public keys, as the genesis names them. @throws {MemSyncError} `event_malformed`, `event_signature_invalid`, `event_vault_mismatch` */
export function publicKeysOf(state: Pick<OwnerState, 'vault' | 'genesis'>): { ownerKey: string; boxKey: string } {
  const { vault, payload } = verifyGenesis(parseEnvelope(OWNER_EVENT_TYPE, state.genesis));
  if (vault !== state.vault) throw new MemSyncError('event_vault_mismatch', 'The genesis remembered here is another vault’s.');
  return payload.body;
}

/** The state after one more owner event, whose signature and place have been checked. `bytes` are its exact payload. */
export function noteOwnerEvent(state: OwnerState, payload: OwnerEventPayload, bytes: Uint8Array): OwnerState {
  return { ...state, ...learnt(state, payload), ownerSeq: payload.ownerSeq, ownerHead: payloadHash(bytes) };
}

function learnt(state: OwnerState, payload: OwnerEventPayload): Partial<OwnerState> {
  switch (payload.kind) {
    case 'collection_added': {
      const { collection, ...rest } = payload.body;
      return { collections: [...state.collections, { id: collection, ...rest }] };
    }
    case 'granted': {
      const { grant, role, boxes, sealedDetails } = payload.body;
      return {
        grants: [...state.grants, { id: grant, role, collections: boxes.map((box) => box.collection), sealedDetails, revoked: false }],
      };
    }
    case 'revoked':
      return { grants: state.grants.map((grant) => (grant.id === payload.body.grant ? { ...grant, revoked: true } : grant)) };
    case 'policy_set':
      return { policy: payload.body.policy };
    default:
      return {};
  }
}
