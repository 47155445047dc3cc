import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder, writePrivateFile } from '../../config/private-file.ts';
import { utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { Redacted } from '../../core/redacted.ts';
import { type SigningKey, signingKeyFromSeed } from '../../crypto/ed25519.ts';
import { encodeReviewerFile, openReviewerFile } from '../../crypto/reviewer-file.ts';
import type { Cli } from '../cli.ts';

const FILE = 'reviewer.age';

/** Where the reviewer's key lies: in MEMSYNC_HOME, beside an owner's folder if there is one. */
export function reviewerPath(cli: Cli): string {
  return join(cli.client().home, FILE);
}

/**
 * Makes a reviewer's key and writes it under the passphrase. Returns its public half, 32 bytes.
 * @throws {MemSyncError} `usage` where there is one; `config_invalid` when it cannot be written
 */
export async function makeReviewerKey(cli: Cli, passphrase: string, workFactor?: number): Promise<Uint8Array> {
  requireNoReviewer(cli);
  const seed = new Redacted(cli.random.bytes(32));
  const secret = new Redacted(utf8(passphrase));
  try {
    const pair = signingKeyFromSeed(seed);
    pair.secretKey.wipe();
    const file = await encodeReviewerFile(seed, secret, workFactor);
    write(cli, file);
    return pair.publicKey;
  } finally {
    seed.wipe();
    secret.wipe();
  }
}

/** @throws {MemSyncError} `usage` where there is a reviewer's key in MEMSYNC_HOME already */
export function requireNoReviewer(cli: Cli): void {
  const path = reviewerPath(cli);
  if (existsSync(path)) throw new MemSyncError('usage', `${path} is there already; a reviewer’s key is never written over.`);
}

/**
 * The reviewer's key pair; the passphrase is asked for unless it is set. To be wiped after use.
 * @throws {MemSyncError} `not_found` where there is none, `passphrase_wrong`, `encoding_invalid`, `usage` (nobody to ask)
 */
export async function openReviewerKey(cli: Cli): Promise<SigningKey> {
  const path = reviewerPath(cli);
  if (!existsSync(path)) throw new MemSyncError('not_found', `There is no reviewer’s key at ${path}. To make one: memsync reviewer init`);
  const { passphrase } = cli.client();
  const secret = new Redacted(utf8(passphrase ?? (await cli.questions.hidden('The reviewer’s passphrase: '))));
  try {
    const seed = await openReviewerFile(readFileSync(path, 'utf8'), secret);
    const pair = signingKeyFromSeed(seed);
    seed.wipe();
    return pair;
  } finally {
    secret.wipe();
  }
}

function write(cli: Cli, file: string): void {
  const { home } = cli.client();
  try {
    makePrivateFolder(home);
    writePrivateFile(reviewerPath(cli), file);
  } catch (cause) {
    throw new MemSyncError('config_invalid', `MEMSYNC_HOME: ${home} cannot be written to.`, { cause });
  }
}
