import type { TagRecord } from '../../schemas/receipt.ts';
import { lengthPrefixed, utf8 } from '../core/bytes.ts';
import type { Redacted } from '../core/redacted.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256Parts } from '../crypto/sha256.ts';
import { saltBytes } from './salt.ts';

const TAG = utf8('memsync/tag/v1\0');

/**
 * SHA-256(tag ‖ 32-byte salt ‖ LP(canonical JSON of the record)): how a receipt commits to a row as it was served, without naming it.
 * @throws {MemSyncError} `input_invalid` when the salt does not have 32 bytes.
 */
export function tagDigest(salt: Redacted | Uint8Array, record: TagRecord): Uint8Array {
  return sha256Parts(TAG, saltBytes(salt), lengthPrefixed(canonicalJson(record)));
}
