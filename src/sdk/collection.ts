import { base64, hex } from '../core/bytes.ts';
import { makeId } from '../core/ids.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { sealBox } from '../crypto/box.ts';
import { type CollectionKey, collectionKey, keyCommitment } from '../crypto/collection-key.ts';
import { sha256 } from '../crypto/sha256.ts';
import { sealName } from '../memory/sealed-labels.ts';
import type { PreparedAct } from './sign-event.ts';

/** A collection to be made. The one with purpose `vault` seals what belongs to no other; every vault has exactly one. */
export interface NewCollection {
  readonly vault: string;
  readonly name: string;
  readonly purpose: 'rows' | 'vault';
  /** The owner's X25519 public key, to which the owner's own copy of the key is sealed. */
  readonly ownerBoxKey: Uint8Array;
}

/** A fresh collection key, and the act that adds its collection. The key is the caller's to wipe. */
export function makeCollection(what: NewCollection, now: Instant, random: Random): PreparedAct & { readonly key: CollectionKey } {
  const name = { vault: what.vault, collection: makeId('collection', now, random), epoch: 1 };
  const key = collectionKey(name, new Redacted(random.bytes(32)));
  const box = sealBox(what.ownerBoxKey, key.key);
  const body = {
    collection: name.collection,
    epoch: 1 as const,
    purpose: what.purpose,
    keyCommitment: hex(keyCommitment(name, key.key)),
    boxSha256: hex(sha256(box)),
    sealedName: base64(sealName(key, what.name, random)),
  };
  return { act: { kind: 'collection_added', body }, beside: { boxes: [base64(box)] }, key };
}
