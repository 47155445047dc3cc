import { lengthPrefixed, u64be, utf8 } from '../core/bytes.ts';
import { sha256Parts } from '../crypto/sha256.ts';

const ENTRY_TAG = utf8('memsync/log-head/v1\0');

/**
 * What goes into the log for a vault's head: SHA-256(tag ‖ salt ‖ LP(vault, u64 seq, hash)), 32 bytes. `salt` and `hash` are 32 bytes, `vault` the id as
 * text. Without the salt it can be matched to nothing.
 */
export function headEntry(vault: string, seq: number, hash: Uint8Array, salt: Uint8Array): Uint8Array {
  return sha256Parts(ENTRY_TAG, salt, lengthPrefixed(utf8(vault), u64be(seq), hash));
}
