import { utf8 } from '../core/bytes.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { deriveOwnerKeys, encodeRootFile, type OwnerKeys, readRootFile } from '../crypto/root.ts';

/** A fresh root with the keys of its first generation. */
export interface NewRoot {
  readonly keys: OwnerKeys;
  /** The root as an age file under a passphrase, which names its vault. `workFactor` is age's scrypt log₂N, 18 unless told otherwise. */
  seal(passphrase: string, vault: string, workFactor?: number): Promise<string>;
  wipe(): void;
}

export function makeRoot(random: Random): NewRoot {
  const root = new Redacted(random.bytes(32));
  return {
    keys: deriveOwnerKeys(root),
    seal: (passphrase, vault, workFactor) => withSecret(passphrase, (secret) => encodeRootFile(root, secret, workFactor, vault)),
    wipe: () => root.wipe(),
  };
}

/** A root that a passphrase has opened. */
export interface OpenRoot {
  /** The vault that its file names, or null. */
  readonly vault: string | null;
  /** The owner's keys: of generation 0 at genesis, and of the next one after each change of the owner key. */
  readonly keys: (generation: number) => OwnerKeys;
  wipe(): void;
}

/** @throws {MemSyncError} `passphrase_wrong`; `encoding_invalid` when the file holds no root */
export async function openRoot(file: string, passphrase: string): Promise<OpenRoot> {
  const { root, vault } = await withSecret(passphrase, (secret) => readRootFile(file, secret));
  return { vault, keys: (generation) => deriveOwnerKeys(root, generation), wipe: () => root.wipe() };
}

async function withSecret<T>(passphrase: string, use: (secret: Redacted) => Promise<T>): Promise<T> {
  const secret = new Redacted(utf8(passphrase));
  try {
    return await use(secret);
  } finally {
    secret.wipe();
  }
}
