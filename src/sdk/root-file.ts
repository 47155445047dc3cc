import { utf8 } from '../core/bytes.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { deriveOwnerKeys, encodeRootFile, openRootFile, type OwnerKeys } from '../crypto/root.ts';

/** A fresh root, as an age file under a passphrase, and the keys that come of it. `workFactor` is age's scrypt log₂N, 18 unless told otherwise. */
export async function makeRoot(passphrase: string, random: Random, workFactor?: number): Promise<{ file: string; keys: OwnerKeys }> {
  const root = new Redacted(random.bytes(32));
  const secret = new Redacted(utf8(passphrase));
  try {
    return { file: await encodeRootFile(root, secret, workFactor), keys: deriveOwnerKeys(root) };
  } finally {
    root.wipe();
    secret.wipe();
  }
}

/** The owner's keys in a root file. @throws {MemSyncError} `passphrase_wrong`; `encoding_invalid` when the file holds no root */
export async function openRoot(file: string, passphrase: string): Promise<OwnerKeys> {
  const secret = new Redacted(utf8(passphrase));
  try {
    const root = await openRootFile(file, secret);
    const keys = deriveOwnerKeys(root);
    root.wipe();
    return keys;
  } finally {
    secret.wipe();
  }
}
