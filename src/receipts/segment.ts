import { fromHex, lengthPrefixed, utf8 } from '../core/bytes.ts';
import type { Redacted } from '../core/redacted.ts';
import { sha256Parts } from '../crypto/sha256.ts';
import { leafHash, rootOfHashes } from '../log/merkle.ts';
import { saltBytes } from './salt.ts';

const SEGMENT_TAG = utf8('memsync/segment/v1\0');
const QUERY_TAG = utf8('memsync/query/v1\0');
const REQUEST_TAG = utf8('memsync/request/v1\0');

/**
 * The tree leaf of one line of the context block, its newline with it: RFC 6962's leaf hash over SHA-256(tag ‖ 32-byte salt ‖ LP(UTF-8)).
 * Lines put one after another are the block, byte for byte.
 * @throws {MemSyncError} `input_invalid` when the salt does not have 32 bytes, `text_not_unicode` on a lone surrogate.
 */
export function segmentLeaf(salt: Redacted | Uint8Array, text: string): Uint8Array {
  return leafHash(sha256Parts(SEGMENT_TAG, saltBytes(salt), lengthPrefixed(utf8(text))));
}

/** The RFC 6962 root over segment leaves, in order: 32 bytes. An empty block has the root of the empty tree. */
export function contextRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOfHashes(leaves);
}

/** SHA-256(tag ‖ 32-byte salt ‖ LP(UTF-8 of the query)): 32 bytes. @throws {MemSyncError} as `segmentLeaf`. */
export function queryDigest(salt: Redacted | Uint8Array, query: string): Uint8Array {
  return sha256Parts(QUERY_TAG, saltBytes(salt), lengthPrefixed(utf8(query)));
}

/**
 * SHA-256(tag ‖ 32-byte salt ‖ the request's 32-byte SHA-256): 32 bytes. The request holds the context block and the query, so its own
 * digest must not be signed bare. `sha256` is 64 hexadecimal digits. @throws {MemSyncError} as `segmentLeaf`; `encoding_invalid`
 */
export function requestDigest(salt: Redacted | Uint8Array, sha256: string): Uint8Array {
  return sha256Parts(REQUEST_TAG, saltBytes(salt), fromHex(sha256));
}
