import { utf8 } from '../core/bytes.ts';
import { sha256Parts } from './sha256.ts';

const NEXT_TAG = utf8('memsync/next-owner-key/v1\0');

/** SHA-256(tag ‖ public key): how a genesis, or an `owner_rotated` event, names the owner key that may follow. */
export function ownerKeyHash(publicKey: Uint8Array): Uint8Array {
  return sha256Parts(NEXT_TAG, publicKey);
}
