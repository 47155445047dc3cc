import { concat, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { Redacted } from '../core/redacted.ts';
import type { Random } from '../core/random.ts';
import { openBytes, sealBytes } from './aead.ts';
import { type CollectionKey, collectionKey, encodeName, type KeyName, keyCommitment } from './collection-key.ts';
import { sameSecret } from './derive.ts';

const FORMAT = lengthPrefixed(utf8('memsync/previous-key/v1'));

/** The key of the epoch before, sealed under the one after it: who is given the newest key can read all that came before. */
export function sealPrevious(next: CollectionKey, previous: CollectionKey, random: Random): Uint8Array {
  return sealBytes(next.key, previous.key.reveal(), chainData(next.name, previous.name), random);
}

/**
 * The key of the epoch before `next`.
 * @throws {MemSyncError} `box_mismatch` when it does not open, or is not the key that the owner once committed to
 */
export function openPrevious(next: CollectionKey, name: KeyName, sealed: Uint8Array, committed: Uint8Array): CollectionKey {
  const bytes = openBytes(next.key, sealed, chainData(next.name, name));
  if (bytes === null || bytes.length !== 32) throw new MemSyncError('box_mismatch', 'The key of an earlier epoch does not open.');
  const key = new Redacted(bytes);
  if (sameSecret(keyCommitment(name, key), committed)) return collectionKey(name, key);
  key.wipe();
  throw new MemSyncError('box_mismatch', 'The key of an earlier epoch is not the one that the owner committed to.');
}

function chainData(next: KeyName, previous: KeyName): Uint8Array {
  return concat(FORMAT, lengthPrefixed(encodeName(next), encodeName(previous)));
}
