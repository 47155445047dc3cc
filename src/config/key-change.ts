import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Sha256 } from '../../schemas/primitives.ts';
import { MemSyncError } from '../core/errors.ts';
import { withLock } from './file-lock.ts';
import { syncFolder, writePrivateFile } from './private-file.ts';

/** What the key folder is to hold from now on: seeds of new keys in hexadecimal, null for those that stay, and the history that states them. */
const KeyChange = z.strictObject({ log: Sha256.nullable(), receipts: Sha256.nullable(), statements: z.string().min(1) });
export type KeyChange = z.infer<typeof KeyChange>;

/** A change that is decided, and what its writing may leave behind. */
const DECIDED = 'rotating';
const DONE = 'rotating.0000000000000000.new';
/** One that waits for a root elsewhere to sign it: `statements` is the text to be signed. */
const REQUESTED = 'requested';
const LEFT_BEHIND = /^(?:rotating|requested|log\.key|receipts\.key|statements)\.[0-9a-f]{16}\.new$/;

/** Where the history of keys lies in a key folder. */
function statementsPath(folder: string): string {
  return join(folder, 'statements');
}

/** The history of keys as the folder has it, the text of `/log/keys`; null where there is no operator's root. */
export function readStatements(folder: string): string | null {
  return existsSync(statementsPath(folder)) ? readFileSync(statementsPath(folder), 'utf8') : null;
}

/**
 * Puts new keys and the history that states them in place together. It is decided once one file, with all of it, is on the disk; what comes after
 * that is finished by whoever opens the folder next. Keys that are replaced are overwritten before they go.
 */
export function changeKeys(folder: string, change: KeyChange): void {
  withLock(join(folder, 'lock'), () => {
    finish(folder);
    writePrivateFile(join(folder, DECIDED), `${JSON.stringify(change)}\n`);
    finish(folder);
  });
}

/** Keeps new keys that a root elsewhere is asked to state, in place of those of an earlier request. */
export function keepRequest(folder: string, change: KeyChange): void {
  withLock(join(folder, 'lock'), () => {
    finish(folder);
    overwrite(join(folder, REQUESTED));
    writePrivateFile(join(folder, REQUESTED), `${JSON.stringify(change)}\n`);
  });
}

/** The keys that wait for a root elsewhere, or null. @throws {MemSyncError} `keys_unsafe` when they do not read */
export function readRequest(folder: string): KeyChange | null {
  return existsSync(join(folder, REQUESTED)) ? readChange(join(folder, REQUESTED)) : null;
}

/** Nothing waits any more. */
export function dropRequest(folder: string): void {
  withLock(join(folder, 'lock'), () => existsSync(join(folder, REQUESTED)) && putAway(folder, REQUESTED));
}

/**
 * Sees that a folder has the same history still that was read with its keys: called once the database is open, from when on nobody changes keys.
 * @throws {MemSyncError} `data_in_use` when they were changed in between
 */
export function requireSameStatements(folder: string, statements: string | null): void {
  if (existsSync(join(folder, DECIDED)) || readStatements(folder) !== statements)
    throw new MemSyncError('data_in_use', `The keys in ${folder} were changed just now.`);
}

/** Finishes a change that was cut short; returns whether there was one. @throws {MemSyncError} `keys_unsafe` when it does not read */
export function finishKeyChange(folder: string): boolean {
  if (!readdirSync(folder).some((name) => name === DECIDED || LEFT_BEHIND.test(name))) return false;
  return withLock(join(folder, 'lock'), () => finish(folder));
}

/** Each step may be done again, and none is left out: the decision goes last. */
function finish(folder: string): boolean {
  for (const name of readdirSync(folder).filter((one) => LEFT_BEHIND.test(one))) destroy(join(folder, name));
  const path = join(folder, DECIDED);
  if (!existsSync(path)) return false;
  const { log, receipts, statements } = readChange(path);
  if (log !== null) replaceKey(join(folder, 'log.key'), log);
  if (receipts !== null) replaceKey(join(folder, 'receipts.key'), receipts);
  writePrivateFile(statementsPath(folder), statements);
  putAway(folder, DECIDED);
  return true;
}

/** Gives a file a name that decides nothing, for good, before its bytes are overwritten. */
function putAway(folder: string, name: string): void {
  renameSync(join(folder, name), join(folder, DONE));
  syncFolder(folder);
  destroy(join(folder, DONE));
  syncFolder(folder);
}

function replaceKey(path: string, seed: string): void {
  overwrite(path);
  writePrivateFile(path, `${seed}\n`);
}

function destroy(path: string): void {
  overwrite(path);
  rmSync(path);
}

/** Zeros in place of what a file holds, on the disk when this returns, as far as the file system writes where it wrote before. */
function overwrite(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r+');
  try {
    const zeros = new Uint8Array(fstatSync(file).size);
    for (let at = 0; at < zeros.length;) at += writeSync(file, zeros, at, zeros.length - at, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readChange(path: string): KeyChange {
  try {
    return KeyChange.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new MemSyncError('keys_unsafe', `${path}, a change of keys that is to be finished, does not read.`, { cause });
  }
}
