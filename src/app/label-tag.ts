import { utf8 } from '../core/bytes.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import { deriveKey, keyedHash } from '../crypto/derive.ts';
import type { OpenVault } from './open-vault.ts';

/** How many labels' tags are remembered of a vault: apps have few, and every receipt asks for one. */
const MOST = 32;

const known = new WeakMap<CollectionKey, Map<string, Uint8Array>>();

/**
 * A keyed hash of a model’s label, as it is spelt, 32 bytes: receipts are found by it, and the disk does not tell which model it is.
 * @throws {MemSyncError} `key_unavailable`
 */
export function labelTag(vault: Pick<OpenVault, 'hashKey'>, label: string): Uint8Array {
  const under = vault.hashKey();
  const tags = known.get(under) ?? new Map<string, Uint8Array>();
  known.set(under, tags);
  const before = tags.get(label);
  if (before !== undefined) return before;
  const key = deriveKey(under.key, 'memsync/label-tag/v1');
  const tag = keyedHash(key, utf8(label));
  key.wipe();
  if (tags.size >= MOST) tags.clear();
  tags.set(label, tag);
  return tag;
}
