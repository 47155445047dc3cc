import { utf8 } from '../core/bytes.ts';
import { deriveKey, keyedHash } from '../crypto/derive.ts';
import type { OpenVault } from './open-vault.ts';

/** A keyed hash of a model’s label, as it is spelt, 32 bytes: receipts are found by it, and the disk does not tell which model it is. */
export function labelTag(vault: Pick<OpenVault, 'hashKey'>, label: string): Uint8Array {
  const key = deriveKey(vault.hashKey().key, 'memsync/label-tag/v1');
  const tag = keyedHash(key, utf8(label));
  key.wipe();
  return tag;
}
