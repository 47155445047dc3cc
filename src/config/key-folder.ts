import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { type SigningKey, signBytes, signingKeyFromSeed, verifyBytes } from '../crypto/ed25519.ts';
import { type KeyHistory, lastOf, readKeyHistory } from '../log/key-history.ts';
import type { NoteSigner } from '../log/note.ts';
import type { ReceiptSigner } from '../app/services.ts';
import { withLock } from './file-lock.ts';
import { finishKeyChange, readStatements } from './key-change.ts';
import { makePrivateFolder, writePrivateFile } from './private-file.ts';

/** The service's own signers, kept apart from the data: whoever has the database alone can sign nothing. */
export interface ServiceKeys {
  readonly logSigner: NoteSigner;
  readonly receiptSigner: ReceiptSigner;
  /** What checkpoints of the fold are sealed under: whoever has the database alone can make none. */
  readonly foldSecret: Redacted;
  /** What the desks' cases are sealed under, and reviewers known by: whoever has the database alone reads none, and makes nobody up. */
  readonly deskKey: Redacted;
  /** What the operator's root has stated of the keys; null where there is none. Whether these are the keys that it states is not looked at. */
  readonly history: KeyHistory | null;
}

/** What a receipt signer's name has behind the log's. */
const RECEIPTS = '/receipts';

/**
 * Reads the key folder, making folder and keys where there are none (folder 0700, files 0600). Of processes that start at once, one makes them.
 * A change of keys that was cut short is finished first.
 * @throws {MemSyncError} `keys_unsafe` when others can read it; `encoding_invalid` when a key file holds no key; `key_history_broken`.
 */
export function openKeyFolder(folder: string, logOrigin: string | null, random: Random): ServiceKeys {
  makePrivateFolder(folder);
  // Looked at before its mode is: another process may be about to put keys into it, and has closed it first.
  if (readdirSync(folder).length === 0) chmodSync(folder, 0o700);
  requirePrivate(folder);
  finishKeyChange(folder);
  const paths = {
    log: join(folder, 'log.key'),
    receipts: join(folder, 'receipts.key'),
    folds: join(folder, 'folds.key'),
    desk: join(folder, 'desk.key'),
  };
  const missing = (): string[] => Object.values(paths).filter((path) => !existsSync(path));
  if (missing().length > 0) withLock(join(folder, 'lock'), () => missing().forEach((path) => makeKey(path, random)));
  const log = readSigningKey(paths.log);
  const receipts = readSigningKey(paths.receipts);
  const statements = readStatements(folder);
  const history = statements === null ? null : readKeyHistory(statements, verifyBytes);
  const origin = logOrigin ?? statedName(history) ?? `memsync.local/${hex(log.publicKey).slice(0, 16)}`;
  return {
    logSigner: { name: origin, publicKey: log.publicKey, sign: (message) => signBytes(log, message) },
    receiptSigner: { name: `${origin}${RECEIPTS}`, key: receipts },
    foldSecret: readSecret(paths.folds),
    deskKey: readSecret(paths.desk),
    history,
  };
}

/** The name that the service had when its keys were last stated: it stays when they change. */
function statedName(history: KeyHistory | null): string | null {
  if (history === null) return null;
  const { name } = lastOf(history).receipts;
  return name.endsWith(RECEIPTS) ? name.slice(0, -RECEIPTS.length) : null;
}

function makeKey(path: string, random: Random): void {
  const seed = new Redacted(random.bytes(32));
  writePrivateFile(path, `${hex(seed.reveal())}\n`);
  seed.wipe();
}

function readSigningKey(path: string): SigningKey {
  const seed = readSecret(path);
  const key = signingKeyFromSeed(seed);
  seed.wipe();
  return key;
}

function readSecret(path: string): Redacted {
  requirePrivate(path);
  const secret = new Redacted(fromHex(readFileSync(path, 'utf8').trim()));
  if (secret.reveal().length !== 32) throw new MemSyncError('encoding_invalid', `${path} does not hold a key.`);
  return secret;
}

function requirePrivate(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0) throw new MemSyncError('keys_unsafe', `${path} can be read by others.`);
}
