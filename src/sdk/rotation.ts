import { LIMITS } from '../../schemas/limits.ts';
import type { NewEpoch, RotatedBody, SignedBox } from '../../schemas/owner-event.ts';
import { base64, fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { sealBox } from '../crypto/box.ts';
import { type CollectionKey, collectionKey, keyCommitment, wipeCollectionKey } from '../crypto/collection-key.ts';
import { sealPrevious } from '../crypto/key-chain.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { Keyring } from './keyring.ts';
import type { KnownGrant, OwnerState } from './owner-state.ts';
import type { PreparedAct } from './sign-event.ts';

/** Which keys to change, and who is cut off with the old ones. */
export interface RotationWish {
  /** Ids of grants that are to get none of the new keys, and are revoked in the same event. */
  readonly revoke?: readonly string[];
  /** Names of collections. Left out: all that the revoked grants held or, with none revoked, all that there are; the vault's own among them. */
  readonly collections?: readonly string[];
}

/** What a rotation came to: each collection with the epoch of its new key. */
export interface Rotation extends PreparedAct {
  readonly act: { readonly kind: 'rotated'; readonly body: RotatedBody };
}

interface FreshKey {
  readonly key: CollectionKey;
  readonly epoch: NewEpoch;
  readonly box: Uint8Array;
}

/**
 * Fresh keys for some collections: each sealed to the owner, with the key before it sealed under it, and a box for every grant that remains.
 * @throws {MemSyncError} `collection_unknown`, `not_found` on a grant that was never given, `event_malformed` on one whose key is not known
 */
export function makeRotation(
  state: OwnerState,
  keyring: Keyring,
  ownerBoxKey: Uint8Array,
  wish: RotationWish,
  now: Instant,
  random: Random,
): Rotation {
  const revoked = [...new Set(wish.revoke)];
  for (const id of revoked) {
    if (!state.grants.some((grant) => grant.id === id)) throw new MemSyncError('not_found', `You have given no grant ${id}.`);
  }
  const fresh = idsOf(state, keyring, wish).map((id) => freshKey(keyring.key(id), ownerBoxKey, random));
  try {
    const remaining = state.grants.filter((grant) => !grant.revoked && !revoked.includes(grant.id) && lasts(grant, now));
    const given = remaining.map((grant) => ({ grant: grant.id, ...boxesFor(grant, fresh) })).filter(({ signed }) => signed.length > 0);
    const body: RotatedBody = {
      revoked,
      collections: fresh.map(({ epoch }) => epoch),
      grants: given.map(({ grant, signed }) => ({ grant, boxes: signed })),
    };
    const boxes = [...fresh.map(({ box }) => box), ...given.flatMap(({ sealed }) => sealed)];
    return { act: { kind: 'rotated', body }, beside: { boxes: boxes.map(base64) } };
  } finally {
    for (const { key } of fresh) wipeCollectionKey(key);
  }
}

function idsOf(state: OwnerState, keyring: Keyring, { revoke = [], collections }: RotationWish): string[] {
  if (collections !== undefined) return [...new Set(collections.map((name) => keyring.byName(name).name.collection))];
  const held = new Set(state.grants.filter(({ id }) => revoke.includes(id)).flatMap((grant) => grant.collections));
  return state.collections.map(({ id }) => id).filter((id) => keyring.has(id) && (revoke.length === 0 || held.has(id)));
}

function freshKey(previous: CollectionKey, ownerBoxKey: Uint8Array, random: Random): FreshKey {
  const name = { ...previous.name, epoch: previous.name.epoch + 1 };
  const key = collectionKey(name, new Redacted(random.bytes(32)));
  const box = sealBox(ownerBoxKey, key.key);
  const epoch = {
    collection: name.collection,
    epoch: name.epoch,
    keyCommitment: hex(keyCommitment(name, key.key)),
    boxSha256: hex(sha256(box)),
    sealedPrevious: base64(sealPrevious(key, previous, random)),
  };
  return { key, epoch, box };
}

/** One box for each new key of a collection that the grant has. */
function boxesFor(grant: KnownGrant, fresh: readonly FreshKey[]): { signed: SignedBox[]; sealed: Uint8Array[] } {
  const signed: SignedBox[] = [];
  const sealed: Uint8Array[] = [];
  for (const { key, epoch } of fresh) {
    if (!grant.collections.includes(epoch.collection)) continue;
    if (grant.boxKey === null) throw new MemSyncError('event_malformed', `The key of grant ${grant.id} is not known here.`);
    const box = sealBox(fromHex(grant.boxKey), key.key);
    const { collection, keyCommitment } = epoch;
    signed.push({ collection, epoch: epoch.epoch, keyCommitment, boxSha256: hex(sha256(box)) });
    sealed.push(box);
  }
  return { signed, sealed };
}

/** A grant that has just run out still gets its box: the service's clock may be behind this one. */
function lasts({ expiresAt }: KnownGrant, now: Instant): boolean {
  return expiresAt === null || now < expiresAt + LIMITS.clockSkewMs;
}
