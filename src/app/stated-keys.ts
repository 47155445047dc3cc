import { equalBytes } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { type Checkpoint, signCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { type KeyHistory, lastOf } from '../log/key-history.ts';
import { logKeyStated, rootIsStated } from '../log/keys-in-force.ts';
import { type NoteSigner, parseNote } from '../log/note.ts';
import { edgeTiles } from '../log/tile.ts';
import { treeRoot } from '../log/tree.ts';
import { type VerifierKey, verifierKey } from '../log/verifier-key.ts';
import type { Store, StoreReader } from '../store/store.ts';
import type { ReceiptSigner } from './services.ts';

/** Whose checkpoints of a log are believed: its present key, and the earlier ones that an operator's root has stated for their time. */
export interface LogTrust {
  readonly key: VerifierKey;
  readonly history: KeyHistory | null;
}

/**
 * Sees that the keys in use are those that the operator's root has stated last; nothing where there is no root.
 * @throws {MemSyncError} `keys_unstated`
 */
export function requireStatedKeys(
  history: KeyHistory | null,
  logSigner: Pick<NoteSigner, 'publicKey'>,
  receiptSigner: ReceiptSigner,
): void {
  const unstated = unstatedKeys(history, logSigner, receiptSigner);
  if (unstated.length === 0 || history === null) return;
  throw new MemSyncError(
    'keys_unstated',
    `In the key folder ${unstated.join(' and ')} ${unstated.length === 1 ? 'is another' : 'are others'} than statement ${lastOf(history).number} of the operator’s root names.`,
  );
}

/** The files of the keys in use that the last statement does not name. */
export function unstatedKeys(
  history: KeyHistory | null,
  logSigner: Pick<NoteSigner, 'publicKey'>,
  receiptSigner: Pick<ReceiptSigner, 'key'>,
): string[] {
  if (history === null) return [];
  const { log, receipts } = lastOf(history);
  return [
    ...(equalBytes(log.publicKey, logSigner.publicKey) ? [] : ['log.key']),
    ...(equalBytes(receipts.publicKey, receiptSigner.key.publicKey) ? [] : ['receipts.key']),
  ];
}

/**
 * The checkpoint that a store holds, by the present key or an earlier one that was in force at its size.
 * @throws {MemSyncError} `log_broken` when it is signed by any other, or has another root than was stated for its size
 */
export function openStoredCheckpoint(note: string, { key, history }: LogTrust): Checkpoint {
  const signer = signerOf(note, key, history);
  let checkpoint: Checkpoint;
  try {
    checkpoint = verifyCheckpoint(note, signer, verifyBytes);
  } catch (cause) {
    throw new MemSyncError('log_broken', 'The log’s checkpoint is not signed by this service’s log key.', { cause });
  }
  if (history === null) return checkpoint;
  if (signer !== key && logKeyStated(history, signer, checkpoint) === null)
    throw new MemSyncError(
      'log_broken',
      `The log’s checkpoint of ${checkpoint.size} entries is signed by a key that had been replaced by then.`,
    );
  if (!rootIsStated(history, checkpoint))
    throw new MemSyncError('log_broken', `The log has another root at ${checkpoint.size} entries than the operator’s root has stated.`);
  return checkpoint;
}

function signerOf(note: string, key: VerifierKey, history: KeyHistory | null): VerifierKey {
  const keys = [key, ...(history ?? []).map(({ log }) => log)];
  const { signatures } = parseNote(note);
  return keys.find((one) => signatures.some(({ name, keyId }) => name === one.name && equalBytes(keyId, one.keyId))) ?? key;
}

/**
 * Has the present key sign the stored checkpoint, at the same size, where an earlier one did: the log goes on under it. Sees that the log has
 * all the entries that the root has stated, under the roots that it has stated.
 * @throws {MemSyncError} `log_broken`; `store_failed`
 */
export async function takeOverLog(
  store: Pick<Store, 'log' | 'tile' | 'commit'>,
  signer: NoteSigner,
  history: KeyHistory | null,
): Promise<void> {
  if (history === null) return;
  const stored = await store.log();
  await requireStatedLog(store, signer.name, stored?.size ?? 0, history);
  if (stored === null) return;
  const key = verifierKey(signer.name, signer.publicKey);
  const { size, root } = openStoredCheckpoint(stored.checkpoint, { key, history });
  if (isBy(stored.checkpoint, key)) return;
  const checkpoint = signCheckpoint({ origin: signer.name, size, root }, signer);
  if (size !== stored.size || !equalBytes(root, stored.root))
    throw new MemSyncError('log_broken', 'The log’s tiles and its signed checkpoint do not agree.');
  await store.commit({ vaults: [], log: { expectedSize: size, log: { ...stored, checkpoint }, tiles: [] } });
}

async function requireStatedLog(store: Pick<StoreReader, 'tile'>, origin: string, size: number, history: KeyHistory): Promise<void> {
  for (const statement of history.filter((one) => one.origin === origin && one.size > 0)) {
    if (size < statement.size) {
      throw new MemSyncError(
        'log_broken',
        `The log has ${size} entries; statement ${statement.number} of the operator’s root says ${statement.size}. Was an older database put in place by hand? Then use \`memsync restore\`.`,
      );
    }
    const tiles = new Map<string, Uint8Array>();
    for (const { level, index } of edgeTiles(statement.size)) {
      const bytes = await store.tile(level, index);
      if (bytes === null) throw new MemSyncError('log_broken', `The log’s tile ${level}/${index} is missing.`);
      tiles.set(`${level}/${index}`, bytes);
    }
    const root = treeRoot(statement.size, { tile: (level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) });
    if (!equalBytes(root, statement.logRoot))
      throw new MemSyncError(
        'log_broken',
        `The log does not begin with the ${statement.size} entries that statement ${statement.number} is about.`,
      );
  }
}

function isBy(note: string, key: VerifierKey): boolean {
  return parseNote(note).signatures.some(({ name, keyId }) => name === key.name && equalBytes(keyId, key.keyId));
}
