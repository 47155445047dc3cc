import { equalBytes } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { verifyBytes } from '../../crypto/ed25519.ts';
import { encodeKeyHistory, type KeyHistory, lastOf, readKeyHistory, sameKey, statementHash } from '../../log/key-history.ts';
import type { KeyStatement } from '../../log/key-statement.ts';
import { EMPTY_ROOT } from '../../log/merkle.ts';
import { type VerifierKey, verifierKey } from '../../log/verifier-key.ts';

/** A service's log while nothing is written to it: its name, how many entries it has, and its root. */
export interface RestingLog {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** When its last entries were added, by the service's clock; left out of one that has none. */
  readonly lastAt?: Instant;
}

/** What is to be stated: the public keys of log and receipt signer, the signer's name, and the root that signs from here on. */
export interface KeysToState {
  readonly log: Uint8Array;
  readonly receipts: Uint8Array;
  readonly receiptsName: string;
  readonly root: VerifierKey;
}

/**
 * The statement that follows on a history, from the log's present size on. `fromStart`, in a first statement alone, says that no other keys have
 * ever signed for the log.
 * @throws {MemSyncError} `usage` when `fromStart` is not for a first one
 */
export function nextStatement(
  history: KeyHistory | null,
  log: RestingLog,
  keys: KeysToState,
  now: Instant,
  fromStart = false,
): KeyStatement {
  if (fromStart && history !== null) throw new MemSyncError('usage', 'Only the first statement can be about the log from its start.');
  const before = history === null ? null : lastOf(history);
  return {
    origin: log.origin,
    number: before === null ? 0 : before.number + 1,
    previous: before === null ? null : statementHash(before.note),
    // A clock that was set back does not hold up a change of keys, nor date it before what the old ones have signed.
    at: Math.max(now, before?.at ?? 0, log.lastAt ?? 0),
    size: fromStart ? 0 : log.size,
    logRoot: fromStart ? EMPTY_ROOT : log.root,
    log: verifierKey(log.origin, keys.log),
    receipts: verifierKey(keys.receiptsName, keys.receipts),
    root: keys.root,
  };
}

/** Whether a statement says nothing that the one before it does not say. */
export function saysNothingNew(history: KeyHistory | null, next: KeyStatement): boolean {
  if (history === null) return false;
  const last = lastOf(history);
  return (['log', 'receipts', 'root'] as const).every((role) => sameKey(last[role], next[role]));
}

/** The history with one more signed statement, as text. @throws {MemSyncError} `key_history_broken` when it does not follow */
export function withStatement(history: KeyHistory | null, note: string): string {
  const text = encodeKeyHistory([...(history ?? []).map((statement) => statement.note), note]);
  readKeyHistory(text, verifyBytes);
  return text;
}

/** @throws {MemSyncError} `key_untrusted` unless it is the root whose turn it is to sign */
export function requireRootInForce(history: KeyHistory | null, root: VerifierKey): void {
  if (history !== null && !sameKey(lastOf(history).root, root))
    throw new MemSyncError('key_untrusted', `The history of keys goes on under the root ${lastOf(history).root.name}, which this is not.`);
}

/** @throws {MemSyncError} `usage` when a statement that was signed elsewhere is not the one that would be signed here now */
export function requireSame(signed: KeyStatement, expected: KeyStatement): void {
  const same =
    signed.origin === expected.origin &&
    signed.number === expected.number &&
    signed.size === expected.size &&
    equalBytes(signed.logRoot, expected.logRoot) &&
    equalBytes(signed.previous ?? new Uint8Array(0), expected.previous ?? new Uint8Array(0)) &&
    sameKey(signed.log, expected.log) &&
    sameKey(signed.receipts, expected.receipts);
  if (!same)
    throw new MemSyncError(
      'usage',
      'What was signed is not what was asked for, or the log has grown since: ask anew, with `memsync operator request`.',
    );
}
