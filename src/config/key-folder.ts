import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { type SigningKey, signBytes, signingKeyFromSeed } from '../crypto/ed25519.ts';
import type { NoteSigner } from '../log/note.ts';
import type { ReceiptSigner } from '../app/services.ts';

/** The service's own signers, kept apart from the data: whoever has the database alone can sign nothing. */
export interface ServiceKeys {
  readonly logSigner: NoteSigner;
  readonly receiptSigner: ReceiptSigner;
}

/**
 * Reads the key folder, making folder and keys where there are none (folder 0700, files 0600).
 * @throws {MemSyncError} `keys_unsafe` when others can read it; `encoding_invalid` when a key file holds no key.
 */
export function openKeyFolder(folder: string, logOrigin: string | null, random: Random): ServiceKeys {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  requirePrivate(folder);
  const log = readOrMake(join(folder, 'log.key'), random);
  const receipts = readOrMake(join(folder, 'receipts.key'), random);
  const origin = logOrigin ?? `memsync.local/${hex(log.publicKey).slice(0, 16)}`;
  return {
    logSigner: { name: origin, publicKey: log.publicKey, sign: (message) => signBytes(log, message) },
    receiptSigner: { name: `${origin}/receipts`, key: receipts },
  };
}

/** Writes a file whole or not at all, fsynced, readable by its owner alone. */
export function writePrivateFile(path: string, text: string): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(beside, 0o600);
  renameSync(beside, path);
}

function readOrMake(path: string, random: Random): SigningKey {
  if (!existsSync(path)) {
    const seed = new Redacted(random.bytes(32));
    writePrivateFile(path, `${hex(seed.reveal())}\n`);
    seed.wipe();
  }
  requirePrivate(path);
  const seed = new Redacted(fromHex(readFileSync(path, 'utf8').trim()));
  if (seed.reveal().length !== 32) throw new MemSyncError('encoding_invalid', `${path} does not hold a key.`);
  const key = signingKeyFromSeed(seed);
  seed.wipe();
  return key;
}

function requirePrivate(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0) throw new MemSyncError('keys_unsafe', `${path} can be read by others.`);
}
