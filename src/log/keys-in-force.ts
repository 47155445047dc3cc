import { equalBytes } from '../core/bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { KeyHistory, SignedKeyStatement } from './key-history.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * The statement by which `key` may have signed a checkpoint of that log and size: in force from its own size to the next one's, both included.
 * The last that a log has is open-ended. Null when there is none.
 */
export function logKeyStated(
  history: KeyHistory,
  key: Pick<VerifierKey, 'publicKey'>,
  { origin, size }: Pick<Checkpoint, 'origin' | 'size'>,
): SignedKeyStatement | null {
  const own = history.filter((statement) => statement.origin === origin);
  const found = own.findLast(({ log, size: from }, i) => {
    const to = own[i + 1]?.size ?? Number.POSITIVE_INFINITY;
    return from <= size && size <= to && equalBytes(log.publicKey, key.publicKey);
  });
  return found ?? null;
}

/**
 * The statement that names who signed the receipts whose entry is number `index` of that log; null when it lies before the first one. A log that
 * went on under another name began with the entries of the one before, up to the size that its first statement gives.
 */
export function receiptKeyStated(history: KeyHistory, origin: string, index: number): SignedKeyStatement | null {
  const last = history.findLastIndex((statement) => statement.origin === origin);
  return history.slice(0, last + 1).findLast(({ size }) => size <= index) ?? null;
}

/** Whether every statement about just that log and size gives its root. */
export function rootIsStated(history: KeyHistory, { origin, size, root }: Checkpoint): boolean {
  return history.every((statement) => statement.origin !== origin || statement.size !== size || equalBytes(statement.logRoot, root));
}
