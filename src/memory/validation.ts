import type { ValidationLeaf } from '../../schemas/owner-event.ts';
import { concat, fromHex, lengthPrefixed, u64be, utf8 } from '../core/bytes.ts';
import { sha256Parts } from '../crypto/sha256.ts';
import { leafHash } from '../log/merkle.ts';

const LEAF_TAG = utf8('memsync/validation-leaf/v1\0');

/**
 * The tree leaf of one validated row version: RFC 6962's leaf hash over SHA-256(tag ‖ salt ‖ vault, row, version, commitment, expiry).
 * The salt keeps the other rows of a batch unguessable when one leaf is shown.
 */
export function validationLeafHash(vault: string, leaf: ValidationLeaf): Uint8Array {
  const expiry = leaf.expiresAt === null ? new Uint8Array(0) : utf8(String(leaf.expiresAt));
  const named = lengthPrefixed(utf8(vault), utf8(leaf.row), u64be(leaf.version), fromHex(leaf.commitment), expiry);
  return leafHash(sha256Parts(LEAF_TAG, concat(fromHex(leaf.salt), named)));
}
