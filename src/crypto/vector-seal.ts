import { concat, lengthPrefixed, u32be, utf8 } from '../core/bytes.ts';
import type { Random } from '../core/random.ts';
import type { Redacted } from '../core/redacted.ts';
import { openBytes, SEAL_OVERHEAD, sealBytes } from './aead.ts';
import { type CollectionKey, type KeyName, placeOf } from './collection-key.ts';
import { deriveKey, keyedHash } from './derive.ts';

const FORMAT = lengthPrefixed(utf8('memsync/row-vector/v1'));

/** Whose vector it is: a row version's, as one model makes it. */
export interface VectorName {
  readonly row: string;
  readonly version: number;
  readonly model: string;
}

/** The key that vectors of a collection are sealed under; whoever asks for it wipes it. */
export function vectorKey(under: CollectionKey): Redacted {
  return deriveKey(under.key, 'memsync/row-vector/v1');
}

/** Seals a vector of bytes. `key` is the `vectorKey` of the collection key of that name. */
export function sealVector(key: Redacted, under: KeyName, name: VectorName, vector: Int8Array, random: Random): Uint8Array {
  return sealBytes(key, asBytes(vector), dataOf(under, name, vector.length), random);
}

/** The vector that was sealed, or null where key, name or bytes are not those of the seal. */
export function openVector(key: Redacted, under: KeyName, name: VectorName, sealed: Uint8Array): Int8Array | null {
  if (sealed.length <= SEAL_OVERHEAD) return null;
  const opened = openBytes(key, sealed, dataOf(under, name, sealed.length - SEAL_OVERHEAD));
  return opened === null ? null : new Int8Array(opened.buffer, opened.byteOffset, opened.length);
}

/** The key by which vectors are told from each other; whoever asks for it wipes it. `hashKey` is one that no rotation changes. */
export function vectorDigestKey(hashKey: CollectionKey): Redacted {
  return deriveKey(hashKey.key, 'memsync/vector-digest/v1');
}

/** Eight bytes that tell a row version with its vector from any other. */
export function vectorDigest(key: Redacted, { row, version }: Pick<VectorName, 'row' | 'version'>, vector: Int8Array): Uint8Array {
  return keyedHash(key, concat(lengthPrefixed(utf8(row)), u32be(version), asBytes(vector))).subarray(0, 8);
}

function dataOf(under: KeyName, { row, version, model }: VectorName, dimensions: number): Uint8Array {
  return concat(FORMAT, placeOf(under, row, version), lengthPrefixed(utf8(model)), u32be(dimensions));
}

function asBytes(vector: Int8Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.length);
}
