import { LIMITS } from '../../schemas/limits.ts';
import { equalBytes } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { type KeyHistory, lastOf, sameKey, verifyKeyHistory } from '../log/key-history.ts';
import { logKeyStated, receiptKeyStated, rootIsStated } from '../log/keys-in-force.ts';
import { parseNote } from '../log/note.ts';
import { parseProof, type VerifiedProof } from '../log/proof.ts';
import { parseVerifierKey, type VerifierKey } from '../log/verifier-key.ts';
import { keyidOf } from './statement.ts';
import { parseTrustedKeys, type Trust, type TrustedKeys } from './trust.ts';
import type { Findings } from './verdict.ts';

/** Where trust in the service's own keys comes from: their lines, a root with the history of keys that it signed, or both. */
export type KeyTrust = Pick<Trust, 'verifierKeys' | 'root' | 'keyHistory'>;

/** The keys that may have signed a document; `history` is null where there is no root to go by. */
export interface KeysInTrust extends TrustedKeys {
  readonly history: KeyHistory | null;
}

/** Which statements vouch for the keys behind a document, by their numbers. */
export interface StatedBy {
  readonly root: VerifierKey;
  readonly log: number;
  readonly receipts: number;
}

/**
 * The keys that may have signed a receipt or a certificate, whose log proof tells which of the log's keys to expect. Where both lines and a root are
 * given, a key has to be among both.
 * @throws {MemSyncError} `key_untrusted` when nothing is given, half of it, or the two do not agree; `key_history_broken`
 */
export function keysInTrust(trust: KeyTrust, proof: string | null): KeysInTrust {
  const lines = trust.verifierKeys === undefined ? null : parseTrustedKeys(trust.verifierKeys);
  const history = historyIn(trust);
  if (history === null) {
    if (lines === null) throw untrusted('Neither keys nor the operator’s root are given: there is nothing to trust.');
    return { ...lines, history };
  }
  if (lines === null) {
    const logs = history.map(({ log }) => log);
    return { log: signerIn(proof, logs) ?? lastOf(history).log, receipt: history.map(({ receipts }) => receipts), history };
  }
  const isStated = {
    log: history.some(({ log }) => sameKey(log, lines.log)),
    receipts: lines.receipt.every((key) => isOneOf(key, history)),
  };
  if (!isStated.log || !isStated.receipts)
    throw untrusted(`The ${isStated.log ? 'receipt signer' : 'log'}’s key that you trust is none that the root you trust has stated.`);
  return { ...lines, history };
}

/**
 * The statements that vouch for the log's key and the receipt signer's, just where the document lies; null where there is no root to go by.
 * `dated` is when the document says that it was made: not after the next statement, by which its place had been taken or its log given up.
 * @throws {MemSyncError} `key_untrusted` when one of the keys was not, or no longer, in force there or then; `checkpoint_invalid` when the checkpoint is
 * of the very size that a statement is about, and has another root
 */
export function requireStated({ history, log }: KeysInTrust, signer: VerifierKey, proof: VerifiedProof, dated: Instant): StatedBy | null {
  if (history === null) return null;
  const { index, checkpoint } = proof;
  if (!rootIsStated(history, checkpoint))
    throw new MemSyncError('checkpoint_invalid', 'The checkpoint has another root than the operator’s root has stated for that size.');
  const byLog = logKeyStated(history, log, checkpoint);
  if (byLog === null) throw untrusted(`The operator’s root has not stated ${keyidOf(log)} for a checkpoint of ${checkpoint.size} entries.`);
  const byReceipts = receiptKeyStated(history, checkpoint.origin, index);
  if (byReceipts === null || !equalBytes(byReceipts.receipts.publicKey, signer.publicKey))
    throw untrusted(`The operator’s root has not stated ${keyidOf(signer)} for entry ${index} of the log.`);
  const next = history[byReceipts.number + 1];
  if (next !== undefined && dated > next.at + LIMITS.clockSkewMs)
    throw untrusted(
      `It is dated ${formatInstant(dated)}, and lies where nothing was added after statement ${next.number} of ${formatInstant(next.at)}.`,
    );
  return { root: byReceipts.root, log: byLog.number, receipts: byReceipts.number };
}

/** Says what vouches for the keys, and what that leaves open. */
export function sayKeys(keys: KeysInTrust, root: string | undefined, stated: StatedBy | null, findings: Findings): void {
  if (keys.history === null) {
    findings.unknown.push(
      'the keys: no root of the operator was given, so the service’s keys are as trustworthy as whom you had them from.',
    );
    return;
  }
  if (stated === null) return;
  const [log, receipts] = [stated.log, stated.receipts].map((number) => statementIn(keys.history, number));
  const name = root === undefined ? '' : keyidOf(parseVerifierKey(root.trim()));
  findings.verified.push(
    `The log’s key is in statement ${log}, the receipt signer’s in statement ${receipts}, under the operator’s root ${name}.`,
  );
  const last = lastOf(keys.history);
  findings.unknown.push(
    `later keys: the history that you gave ends with statement ${last.number} of ${formatInstant(last.at)}; whether the keys were replaced since is not in it.`,
  );
}

function statementIn(history: KeyHistory | null, number: number): string {
  const at = history?.[number]?.at;
  return at === undefined ? String(number) : `${number} of ${formatInstant(at)}`;
}

function historyIn({ root, keyHistory }: KeyTrust): KeyHistory | null {
  if (root === undefined && keyHistory === undefined) return null;
  if (keyHistory === undefined) throw untrusted('A root is given without the history of keys that it has signed, /log/keys.');
  if (root === undefined) throw untrusted('A history of keys is given without the operator’s root to check it by.');
  return verifyKeyHistory(keyHistory, rootIn(root), verifyBytes);
}

function rootIn(line: string): VerifierKey {
  try {
    return parseVerifierKey(line.trim());
  } catch (cause) {
    throw new MemSyncError('key_untrusted', 'The operator’s root is not a verifier key.', { cause });
  }
}

/** The stated key that has signed the proof's checkpoint, going by name and id alone. */
function signerIn(proof: string | null, logs: readonly VerifierKey[]): VerifierKey | undefined {
  if (proof === null) return undefined;
  try {
    const { signatures } = parseNote(parseProof(proof).checkpoint);
    return logs.findLast((log) => signatures.some(({ name, keyId }) => name === log.name && equalBytes(keyId, log.keyId)));
  } catch {
    // What is wrong with it is said where it is verified.
    return undefined;
  }
}

function isOneOf(key: VerifierKey, history: KeyHistory): boolean {
  return history.some(({ receipts }) => sameKey(receipts, key));
}

function untrusted(detail: string): MemSyncError {
  return new MemSyncError('key_untrusted', detail);
}
