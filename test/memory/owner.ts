import { OWNER_EVENT_TYPE, type OwnerEventPayload } from '../../schemas/owner-event.ts';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { type SignedPayload, signPayload } from '../../src/crypto/dsse.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { linkHash, NO_PREVIOUS, encodeOwnerEvent } from '../../src/memory/event.ts';
import { foldGenesis } from '../../src/memory/fold.ts';
import { verifyGenesis } from '../../src/memory/owner-chain.ts';
import type { VaultState } from '../../src/memory/state.ts';
import { collectionId, eventId, grantId, memoryId, NOON, sha } from './build.ts';

type Kind = OwnerEventPayload['kind'];
type BodyOf<K extends Kind> = Extract<OwnerEventPayload, { kind: K }>['body'];

export const ownerKeys = deriveOwnerKeys(new Redacted(new Uint8Array(32).fill(1)));
/** Those that the genesis commits to, and that an `owner_rotated` event is signed with. */
export const nextOwnerKeys = deriveOwnerKeys(new Redacted(new Uint8Array(32).fill(1)), 1);
export const strangerKeys = deriveOwnerKeys(new Redacted(new Uint8Array(32).fill(2)));

/** The payload as the owner signs it; `keys` may be somebody else's. */
export function signed(payload: unknown, keys = ownerKeys): SignedPayload {
  return signPayload(keys.signing, OWNER_EVENT_TYPE, canonicalJson(payload));
}

export function genesisPayload(keys = ownerKeys): Record<string, unknown> {
  return {
    vault: null,
    eventId: eventId(0),
    ownerSeq: 0,
    ownerPrev: null,
    seenHead: null,
    kind: 'genesis',
    body: { format: 1, ownerKey: hex(keys.signing.publicKey), boxKey: hex(keys.box.publicKey), nextKeyHash: hex(keys.nextKeyHash) },
    signedAt: NOON,
  };
}

/** A vault that holds its genesis, and the collections that tests put rows into. */
export function newVault(): VaultState {
  const genesis = signed(genesisPayload());
  const { vault, payload } = verifyGenesis(genesis);
  const state = foldGenesis(vault, genesis, payload, linkHash(0, NO_PREVIOUS, encodeOwnerEvent(NOON, genesis)), NOON);
  for (const number of [1, 2]) {
    const id = collectionId(number);
    state.collections.set(id, { id, purpose: 'rows', sealedName: 'AA==', epochs: [{ ...EPOCH }], erased: null });
  }
  return state;
}

const EPOCH = { epoch: 1, seq: 0, keyCommitment: sha(11), boxSha256: sha(12), sealedPrevious: null };

/** A body of each kind that fits its schema. */
export const BODIES: { readonly [K in Kind]: BodyOf<K> } = {
  validated: { root: sha(1), size: 1 },
  remembered: { row: memoryId(1), version: 1, commitment: sha(1), collection: collectionId(1), epoch: 1, content: sha(2) },
  edited: {
    rows: [
      {
        row: memoryId(1),
        version: 2,
        commitment: sha(3),
        collection: collectionId(1),
        epoch: 1,
        content: sha(4),
        previous: { row: memoryId(1), version: 1, commitment: sha(1) },
      },
    ],
  },
  superseded: {
    pairs: [{ replaced: { row: memoryId(1), version: 1, commitment: sha(1) }, by: { row: memoryId(2), version: 1, commitment: sha(1) } }],
  },
  dismissed: { grant: null, rows: [memoryId(1)] },
  reinstated: { rows: [{ row: memoryId(1), version: 1, commitment: sha(1) }] },
  erased: { scope: 'rows', rows: [memoryId(1)] },
  rotated: {
    revoked: [],
    collections: [{ collection: collectionId(1), epoch: 2, keyCommitment: sha(8), boxSha256: sha(9), sealedPrevious: 'AA==' }],
    grants: [],
  },
  owner_rotated: { ownerKey: hex(nextOwnerKeys.signing.publicKey), nextKeyHash: hex(nextOwnerKeys.nextKeyHash) },
  retracted: { rows: [{ row: memoryId(1), version: 1, commitment: sha(1) }] },
  collection_added: {
    collection: collectionId(3),
    epoch: 1,
    purpose: 'rows',
    keyCommitment: sha(5),
    boxSha256: sha(6),
    sealedName: 'AA==',
  },
  granted: {
    grant: grantId(1),
    role: 'app',
    capabilities: ['remember'],
    originCeiling: 'app_asserted',
    expiresAt: null,
    authHash: sha(7),
    boxKey: sha(8),
    boxes: [{ collection: collectionId(1), epoch: 1, keyCommitment: sha(5), boxSha256: sha(6) }],
    sealedDetails: 'AA==',
  },
  revoked: { grant: grantId(1) },
  policy_set: { policy: DEFAULT_POLICY },
};

/** The next event of the owner's chain in a vault, with what a test bends in it. */
export function nextPayload(state: VaultState, kind: Kind, body: unknown = BODIES[kind], bent: Record<string, unknown> = {}) {
  return {
    vault: state.vault,
    eventId: eventId(state.ownerSeq + 1),
    ownerSeq: state.ownerSeq + 1,
    ownerPrev: state.ownerHead,
    seenHead: { seq: state.headSeq, hash: hex(state.headHash) },
    kind,
    body,
    signedAt: NOON,
    ...bent,
  };
}
