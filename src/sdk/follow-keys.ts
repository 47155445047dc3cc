import { equalBytes, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { type KeyHistory, lastOf, readKeyHistory, statementHash, verifyKeyHistory } from '../log/key-history.ts';
import { encodeVerifierKey, parseVerifierKey } from '../log/verifier-key.ts';
import type { MemSyncClient } from './client.ts';
import type { SeenLog, SeenOperator } from './owner-state.ts';

/** The service's keys as it gives them now, with what its operator's root says of them; `history` is null where there is no root. */
export interface ServiceKeysNow {
  /** The text of `/log/key`. */
  readonly key: string;
  readonly operator: SeenOperator | null;
  readonly history: KeyHistory | null;
}

/**
 * The service's keys, stated by the operator's root: the one that is remembered or, at first sight, the one that the service's own history names,
 * which is then remembered. A history that is remembered has to go on from there.
 * @throws {MemSyncError} `service_lied`
 */
export async function followKeys(client: MemSyncClient, seen: SeenOperator | null): Promise<ServiceKeysNow> {
  const key = await client.logKey();
  const text = await historyOf(client);
  if (text === null) {
    if (seen !== null) throw lied('The service shows no history of its keys, and you have pinned the root of its operator.');
    return { key, operator: null, history: null };
  }
  const history = believed(text, seen);
  const last = lastOf(history);
  const [log, receipts] = key.split('\n').map((line) => (line === '' ? null : parseVerifierKey(line).publicKey));
  const same = log !== undefined && log !== null && equalBytes(log, last.log.publicKey) && receipts !== undefined && receipts !== null;
  if (!same || !equalBytes(receipts, last.receipts.publicKey))
    throw lied('The service’s keys are not those that its operator’s root has stated last.');
  return { key, operator: { root: encodeVerifierKey(last.root), number: last.number, hash: hex(statementHash(last.note)) }, history };
}

/** The log as it is remembered, with the operator's root where there is one by now that has stated these very keys. @throws {MemSyncError} `service_lied` */
export async function learnOperator(client: MemSyncClient, log: SeenLog): Promise<SeenLog> {
  if (log.operator !== null) return log;
  const { key, operator } = await followKeys(client, null);
  return key === log.key ? { ...log, operator } : log;
}

/** A root that is to be pinned, of which nothing has been seen. @throws {MemSyncError} `usage` when the line is none */
export function pinRoot(line: string): SeenOperator {
  try {
    return { root: encodeVerifierKey(parseVerifierKey(line.trim())), number: null, hash: null };
  } catch (cause) {
    throw new MemSyncError('usage', 'An operator’s root is a line name+id+key, as memsync operator root prints it.', { cause });
  }
}

function believed(text: string, seen: SeenOperator | null): KeyHistory {
  try {
    const history = seen === null ? readKeyHistory(text, verifyBytes) : verifyKeyHistory(text, parseVerifierKey(seen.root), verifyBytes);
    if (seen === null || seen.number === null || seen.hash === null) return history;
    const statement = history[seen.number];
    if (statement === undefined || !equalBytes(statementHash(statement.note), fromHex(seen.hash)))
      throw new MemSyncError('key_history_broken', `It does not go on from statement ${seen.number}, which has been seen here.`);
    return history;
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError('service_lied', `The history of the service’s keys is not to be believed: ${cause.message}`, { cause });
  }
}

async function historyOf(client: MemSyncClient): Promise<string | null> {
  try {
    return await client.keyHistory();
  } catch (error) {
    if (isMemSyncError(error, 'not_found')) return null;
    throw error;
  }
}

function lied(detail: string): MemSyncError {
  return new MemSyncError('service_lied', detail);
}
