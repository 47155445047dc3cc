import { concat, lengthPrefixed, u32be, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { Redacted } from '../core/redacted.ts';
import type { Random } from '../core/random.ts';
import { openBytes, sealBytes } from './aead.ts';
import { type BoxKey, openBox } from './box.ts';
import { deriveKey, keyedHash, sameSecret } from './derive.ts';
import { sha256, sha256Parts } from './sha256.ts';

const COMMIT_TAG = utf8('memsync/collection-key/v1\0');
const WRAP_FORMAT = lengthPrefixed(utf8('memsync/row-key/v1'));
/** Encoded names, by the name: every row sealed or opened under a key needs that key's several times. */
const NAMES = new WeakMap<KeyName, Uint8Array>();

const WRAP_ALGORITHM = Uint8Array.of(1);

/** Which collection key it is: one per collection and epoch of a vault. */
export interface KeyName {
  readonly vault: string;
  readonly collection: string;
  readonly epoch: number;
}

/** A collection key in memory, with the key that repeats are fingerprinted under. */
export interface CollectionKey {
  readonly name: KeyName;
  readonly key: Redacted;
  readonly fingerprintKey: Redacted;
}

/** What an owner event says of a collection key: enough to know it again, nothing to open with. */
export interface BoxCommitment {
  readonly keyCommitment: Uint8Array;
  readonly boxSha256: Uint8Array;
}

export function collectionKey(name: KeyName, key: Redacted): CollectionKey {
  return { name, key, fingerprintKey: deriveKey(key, 'memsync/fingerprint/v1') };
}

export function wipeCollectionKey(key: CollectionKey): void {
  key.key.wipe();
  key.fingerprintKey.wipe();
}

/** SHA-256(tag ‖ name ‖ key): signed in `granted` and `collection_added`, checked at unwrap (DESIGN, "The keys"). */
export function keyCommitment(name: KeyName, key: Redacted): Uint8Array {
  return sha256Parts(COMMIT_TAG, encodeName(name), key.reveal());
}

/**
 * The collection key in a sealed box, once box and key are those that the owner signed.
 * @throws {MemSyncError} `box_mismatch` when the box is another, does not open with `boxKey`, or holds another key.
 */
export function unwrapBox(name: KeyName, box: Uint8Array, boxKey: BoxKey, signed: BoxCommitment): CollectionKey {
  if (!sameSecret(sha256(box), signed.boxSha256))
    throw new MemSyncError('box_mismatch', 'The sealed box is not the one that the owner signed.');
  const key = openBox(boxKey, box);
  if (key === null || key.reveal().length !== 32) throw new MemSyncError('box_mismatch', 'The sealed box does not open with this key.');
  if (!sameSecret(keyCommitment(name, key), signed.keyCommitment)) {
    key.wipe();
    throw new MemSyncError('box_mismatch', 'The sealed box holds a key that the owner did not commit to.');
  }
  return collectionKey(name, key);
}

/** `algorithm ‖ nonce ‖ ciphertext`: a row key under its collection key, bound to vault, collection, epoch, row and version. */
export function wrapRowKey(under: CollectionKey, row: string, version: number, rowKey: Redacted, random: Random): Uint8Array {
  return concat(WRAP_ALGORITHM, sealBytes(under.key, rowKey.reveal(), wrapData(under.name, row, version), random));
}

/** The row key, or null when it was wrapped under another key or for another row. */
export function unwrapRowKey(under: CollectionKey, row: string, version: number, wrapped: Uint8Array): Redacted | null {
  if (wrapped[0] !== WRAP_ALGORITHM[0]) return null;
  const key = openBytes(under.key, wrapped.subarray(1), wrapData(under.name, row, version));
  return key === null || key.length !== 32 ? null : new Redacted(key);
}

/** Keyed hash of text in its normal form: equal for repeats, meaningless without the collection key (FORMATS, "Ours"). */
export function fingerprint(under: CollectionKey, normalisedText: string): Uint8Array {
  return keyedHash(under.fingerprintKey, utf8(normalisedText)).subarray(0, 16);
}

/** The encoding of a key's name, as it is bound into everything sealed under the key. */
export function encodeName(name: KeyName): Uint8Array {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  const encoded = concat(lengthPrefixed(utf8(name.vault), utf8(name.collection)), u32be(name.epoch));
  NAMES.set(name, encoded);
  return encoded;
}

function wrapData(name: KeyName, row: string, version: number): Uint8Array {
  return concat(WRAP_FORMAT, placeOf(name, row, version));
}

/** The encoding of a row version's place, vault, collection, epoch, row and version, that everything sealed for it is bound to. */
export function placeOf(name: KeyName, row: string, version: number): Uint8Array {
  return concat(encodeName(name), lengthPrefixed(utf8(row)), u32be(version));
}
