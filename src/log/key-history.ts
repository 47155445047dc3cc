import { equalBytes, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { sha256 } from '../crypto/sha256.ts';
import { encodeKeyStatement, type KeyStatement, parseKeyStatement } from './key-statement.ts';
import { type NoteSigner, openNote, parseNote, signNote, type VerifySignature } from './note.ts';
import { keyId, type VerifierKey } from './verifier-key.ts';

/** The most statements that a history has: a key a month for eighty years. Whose it is shows only once all of it has been read. */
const MOST = 1000;

/** A statement of the history, with the signed note that it was read from. */
export interface SignedKeyStatement extends KeyStatement {
  readonly note: string;
}

/** All that an operator's root has ever stated of a log's keys, in order; never empty. */
export type KeyHistory = readonly [SignedKeyStatement, ...SignedKeyStatement[]];

/** The notes as `/log/keys` has them: one after another, an empty line between. */
export function encodeKeyHistory(notes: readonly string[]): string {
  return notes.join('\n');
}

/** The statement signed by the root, and by the root that it hands over to where that is another: the next line of a history. */
export function signKeyStatement(statement: KeyStatement, ...signers: readonly NoteSigner[]): string {
  return signNote(encodeKeyStatement(statement), signers);
}

/** What the statement after this one names as the one before. */
export function statementHash(note: string): Uint8Array {
  return sha256(utf8(note));
}

/**
 * The history in the text of `/log/keys`, each statement signed by the root that the one before named. Whose root that is, the text itself says:
 * see `verifyKeyHistory`.
 * @throws {MemSyncError} `key_history_broken`, naming the statement that does not fit
 */
export function readKeyHistory(text: string, verify: VerifySignature): KeyHistory {
  const history: SignedKeyStatement[] = [];
  for (const note of notesIn(text)) {
    try {
      history.push(next(history, note, verify));
    } catch (cause) {
      if (!(cause instanceof MemSyncError)) throw cause;
      throw new MemSyncError('key_history_broken', `Statement ${history.length} of the history of keys does not hold: ${cause.message}`, {
        cause,
      });
    }
  }
  const [first, ...rest] = history;
  if (first === undefined) throw new MemSyncError('key_history_broken', 'The history of keys is empty.');
  return [first, ...rest];
}

/**
 * As `readKeyHistory`, vouched for by a root that the verifier knows: it signed one of the statements, and with it all those before; those after are
 * signed by it or by whom it handed over to.
 * @throws {MemSyncError} `key_history_broken`; `key_untrusted` when that root has signed none
 */
export function verifyKeyHistory(text: string, root: VerifierKey, verify: VerifySignature): KeyHistory {
  const history = readKeyHistory(text, verify);
  if (!history.some((statement) => sameKey(statement.root, root)))
    throw new MemSyncError('key_untrusted', 'The history of keys is not signed by the operator’s root that you trust.');
  return history;
}

/** The statement in force. */
export function lastOf(history: KeyHistory): SignedKeyStatement {
  return history.at(-1) ?? history[0];
}

/** Whether two verifier keys are one: by name, and by key. */
export function sameKey(a: VerifierKey, b: VerifierKey): boolean {
  return a.name === b.name && equalBytes(a.publicKey, b.publicKey);
}

function next(history: readonly SignedKeyStatement[], note: string, verify: VerifySignature): SignedKeyStatement {
  const statement = parseKeyStatement(parseNote(note).text);
  const before = history.at(-1);
  requireSigned(note, [before?.root ?? statement.root, statement.root], verify);
  if (statement.number !== history.length) throw misfit(`it says that it is number ${statement.number}.`);
  if (before !== undefined) requireFollows(statement, before, history);
  return { ...statement, note };
}

/** Signed by the root, and by the new one where it hands over; by nobody else, so that a statement has one spelling. */
function requireSigned(note: string, roots: readonly [VerifierKey, VerifierKey], verify: VerifySignature): void {
  const signers = sameKey(...roots) ? [roots[0]] : roots;
  if (signers.length === 2 && equalBytes(roots[0].publicKey, roots[1].publicKey)) throw misfit('it gives the root another name.');
  const { signatures } = parseNote(note);
  if (signatures.length !== signers.length) throw misfit('others than the root have signed it, or not all that must.');
  for (const [i, signer] of signers.entries()) {
    const [line] = signatures.slice(i, i + 1);
    if (line?.name !== signer.name || !equalBytes(line.keyId, keyId(signer.name, signer.publicKey)))
      throw misfit('it is not signed by the root that the statement before names.');
  }
  openNote(note, signers, verify);
}

function requireFollows(statement: KeyStatement, before: SignedKeyStatement, history: readonly SignedKeyStatement[]): void {
  if (statement.previous === null || !equalBytes(statement.previous, statementHash(before.note)))
    throw misfit('it does not follow on the one before.');
  if (statement.at < before.at) throw misfit('it is dated before the one before.');
  if (statement.origin === before.origin) {
    if (statement.size < before.size) throw misfit('the log was larger in the one before.');
    if (statement.size === before.size && !equalBytes(statement.logRoot, before.logRoot))
      throw misfit('it gives the log another root than the one before, at the same size.');
  } else if (history.some(({ origin }) => origin === statement.origin)) throw misfit('it goes back to a name that the log has given up.');
  for (const role of ['log', 'receipts', 'root'] as const) {
    if (isBack(statement, before, history, role)) throw misfit(`it brings back a key for ${role} that had been replaced.`);
  }
}

/** Whether a key is in use again that another one has replaced since; it may be a thief's by now. */
function isBack(
  statement: KeyStatement,
  before: KeyStatement,
  history: readonly KeyStatement[],
  role: 'log' | 'receipts' | 'root',
): boolean {
  const same = (other: KeyStatement): boolean => equalBytes(other[role].publicKey, statement[role].publicKey);
  return !same(before) && history.some(same);
}

/** Each note in the text. A statement has no empty line, nor have signatures: the text falls apart at empty lines, two parts a note. */
function notesIn(text: string): string[] {
  const parts = text.endsWith('\n') ? text.slice(0, -1).split('\n\n') : [];
  if (parts.length === 0 || parts.length % 2 !== 0)
    throw new MemSyncError('key_history_broken', 'A history of keys is signed notes with an empty line between them.');
  if (parts.length > 2 * MOST) throw new MemSyncError('key_history_broken', `A history of keys has at most ${MOST} statements.`);
  return Array.from({ length: parts.length / 2 }, (_, i) => `${parts[2 * i] ?? ''}\n\n${parts[2 * i + 1] ?? ''}\n`);
}

function misfit(detail: string): MemSyncError {
  return new MemSyncError('key_history_broken', detail);
}
