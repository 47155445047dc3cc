import { MemSyncError, isMemSyncError } from '../core/errors.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { type Checkpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { type KeyHistory, lastOf, sameKey } from '../log/key-history.ts';
import { logKeyStated, rootIsStated } from '../log/keys-in-force.ts';
import { verifyConsistency } from '../log/merkle.ts';
import { encodeTilePath } from '../log/tile.ts';
import { consistencyTiles, proveConsistency } from '../log/tree.ts';
import { parseVerifierKey, type VerifierKey } from '../log/verifier-key.ts';
import type { MemSyncClient } from './client.ts';
import { followKeys, type ServiceKeysNow } from './follow-keys.ts';
import type { SeenLog, SeenOperator } from './owner-state.ts';

/**
 * The service's log as it stands, after checking that it is signed by the key that is remembered and that it extends the checkpoint that was
 * seen before: nothing in it was taken back. Another key is believed only where the operator's root that is remembered has stated it. With nothing
 * remembered, the keys are taken at their first sight, and with them the operator's root, if there is one; `pinned` is one that is known already.
 * @throws {MemSyncError} `service_lied`
 */
export async function followLog(client: MemSyncClient, seen: SeenLog | null, pinned: SeenOperator | null = null): Promise<SeenLog> {
  if (seen === null) {
    const { key, operator } = await followKeys(client, pinned);
    const checkpoint = await client.checkpoint();
    open(checkpoint, key);
    return { key, checkpoint, operator };
  }
  const { key, operator, history } = await keysSince(client, seen);
  const checkpoint = await client.checkpoint();
  const now = open(checkpoint, key);
  const before = open(seen.checkpoint, seen.key);
  if (now.origin !== before.origin)
    throw new MemSyncError('service_lied', `The log goes on as ${now.origin}; here it is known as ${before.origin}.`);
  if (history !== null) await requireHandedOver(client, history, seen.key, before, now);
  await requireExtends(client, before, now);
  return { key, checkpoint, operator };
}

/** The keys that the service has now. Without an operator's root they are those that are remembered, whatever the service says. */
async function keysSince(client: MemSyncClient, { key, operator }: SeenLog): Promise<ServiceKeysNow> {
  if (operator === null) return { key, operator, history: null };
  if (operator.number !== null && (await client.logKey()) === key) return { key, operator, history: null };
  return followKeys(client, operator);
}

/**
 * Sees that the log changed hands as its root has stated: what was seen before was signed while the key of then was in force, and the log goes on
 * from the very entries at which the key of now took over.
 */
async function requireHandedOver(
  client: MemSyncClient,
  history: KeyHistory,
  key: string,
  before: Checkpoint,
  now: Checkpoint,
): Promise<void> {
  const { origin, size, logRoot } = lastOf(history);
  // From before the first statement there may be checkpoints, too; what they show is settled by what follows on them.
  const from = history.find(({ log }) => sameKey(log, keyOf(key)))?.size ?? 0;
  if (logKeyStated(history, keyOf(key), { ...before, size: Math.max(before.size, from) }) === null)
    throw new MemSyncError('service_lied', 'What was seen here of the log was signed by a key that had been replaced by then.');
  if (!rootIsStated(history, now) || !rootIsStated(history, before))
    throw new MemSyncError('service_lied', 'The log is not the one that the operator’s root has stated.');
  if (origin === now.origin && size > 0) await requireExtends(client, { origin, size, root: logRoot }, now);
}

async function requireExtends(client: MemSyncClient, before: Checkpoint, now: Checkpoint): Promise<void> {
  if (now.size < before.size)
    throw new MemSyncError('service_lied', `The log has ${now.size} entries; ${before.size} have been seen here before.`);
  try {
    const tiles = await fetchTiles(client, before.size, now.size);
    const proof = proveConsistency(before.size, now.size, { tile: (level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) });
    if (before.size > 0) verifyConsistency(before.size, now.size, proof, before.root, now.root);
  } catch (cause) {
    if (!isMemSyncError(cause) || cause.code === 'service_unreachable') throw cause;
    throw new MemSyncError('service_lied', 'The log does not extend the checkpoint that has been seen here before.', { cause });
  }
}

async function fetchTiles(client: MemSyncClient, from: number, to: number): Promise<Map<string, Uint8Array>> {
  const tiles = new Map<string, Uint8Array>();
  for (const { level, index, width } of consistencyTiles(from, to)) {
    tiles.set(`${level}/${index}`, await client.tile(encodeTilePath({ kind: 'hashes', level, index, width })));
  }
  return tiles;
}

function open(checkpoint: string, keys: string): Checkpoint {
  try {
    return verifyCheckpoint(checkpoint, keyOf(keys), verifyBytes);
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError(
      'service_lied',
      'The log’s checkpoint is not signed by the log’s key. If the operator says that it was replaced: memsync doctor --operator-root, with the root that you have from the operator.',
      { cause },
    );
  }
}

function keyOf(keys: string): VerifierKey {
  return parseVerifierKey(keys.split('\n')[0] ?? '');
}
