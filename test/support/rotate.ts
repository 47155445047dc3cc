import type { SignedBox } from '../../schemas/owner-event.ts';
import type { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import { base64, fromHex, hex } from '../../src/core/bytes.ts';
import { systemRandom as random } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBox } from '../../src/crypto/box.ts';
import { type CollectionKey, collectionKey, keyCommitment } from '../../src/crypto/collection-key.ts';
import { sealPrevious } from '../../src/crypto/key-chain.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import type { GivenGrant, TestOwner } from './owner.ts';

export interface RotateWish {
  readonly revoke?: readonly string[];
  /** Names; all, the vault's own among them, unless told otherwise. */
  readonly collections?: readonly string[];
}

/** A `rotated` event as the formats say, its parts open to a test that bends them. */
export interface RotationParts {
  readonly keys: Map<string, CollectionKey>;
  readonly body: {
    revoked: string[];
    collections: { collection: string; epoch: number; keyCommitment: string; boxSha256: string; sealedPrevious: string }[];
    grants: { grant: string; boxes: SignedBox[] }[];
  };
  /** The owner's own, then each grant's, in the order signed. */
  readonly boxes: string[];
}

export function rotationParts(owner: TestOwner, wish: RotateWish = {}): RotationParts {
  const revoked = [...(wish.revoke ?? [])];
  const names = wish.collections ?? [...owner.collections.keys()];
  const keys = new Map<string, CollectionKey>();
  const boxes: string[] = [];
  const collections = names.map((name) => {
    const previous = owner.key(name);
    const keyName = { ...previous.name, epoch: previous.name.epoch + 1 };
    const key = collectionKey(keyName, new Redacted(random.bytes(32)));
    keys.set(name, key);
    const box = sealBox(owner.keys.box.publicKey, key.key);
    boxes.push(base64(box));
    return {
      collection: keyName.collection,
      epoch: keyName.epoch,
      keyCommitment: hex(keyCommitment(keyName, key.key)),
      boxSha256: hex(sha256(box)),
      sealedPrevious: base64(sealPrevious(key, previous, random)),
    };
  });
  const grants = owner.grants
    .filter(({ id }) => !revoked.includes(id) && !owner.revoked.has(id))
    .map((grant) => ({ grant: grant.id, boxes: boxesFor(grant, keys, boxes) }))
    .filter((given) => given.boxes.length > 0);
  return { keys, body: { revoked, collections, grants }, boxes };
}

function boxesFor(grant: GivenGrant, keys: ReadonlyMap<string, CollectionKey>, boxes: string[]): SignedBox[] {
  return grant.collections.flatMap((name) => {
    const key = keys.get(name);
    if (key === undefined) return [];
    const box = sealBox(fromHex(grant.boxKey), key.key);
    boxes.push(base64(box));
    const { collection, epoch } = key.name;
    return [{ collection, epoch, keyCommitment: hex(keyCommitment(key.name, key.key)), boxSha256: hex(sha256(box)) }];
  });
}

/** Signs and posts a rotation; the owner goes on with the new keys. */
export async function rotate(owner: TestOwner, wish: RotateWish = {}): Promise<OwnerEventReply> {
  const { keys, body, boxes } = rotationParts(owner, wish);
  const reply = await owner.post('rotated', body, { boxes });
  for (const [name, key] of keys) owner.collections.set(name, key);
  for (const id of body.revoked) owner.revoked.add(id);
  return reply;
}
