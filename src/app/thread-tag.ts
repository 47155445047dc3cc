import { utf8 } from '../core/bytes.ts';
import { deriveKey, keyedHash } from '../crypto/derive.ts';
import type { OpenVault } from './open-vault.ts';

/** A keyed hash of a thread's name: receipts are found by it, and the disk does not tell which it is. */
export function threadTag(vault: Pick<OpenVault, 'hashKey'>, thread: string): Uint8Array {
  const key = deriveKey(vault.hashKey().key, 'memsync/thread-tag/v1');
  const tag = keyedHash(key, utf8(thread)).slice(0, 16);
  key.wipe();
  return tag;
}
