import { MemSyncError, isMemSyncError } from '../core/errors.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { type Checkpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { verifyConsistency } from '../log/merkle.ts';
import { encodeTilePath } from '../log/tile.ts';
import { consistencyTiles, proveConsistency } from '../log/tree.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import type { MemSyncClient } from './client.ts';
import type { SeenLog } from './owner-state.ts';

/**
 * The service's log as it stands, after checking that it is signed by the key that is remembered and that it extends the checkpoint that was
 * seen before: nothing in it was taken back. With nothing remembered, the keys are taken at their first sight.
 * @throws {MemSyncError} `service_lied`
 */
export async function followLog(client: MemSyncClient, seen: SeenLog | null): Promise<SeenLog> {
  const key = seen?.key ?? (await client.logKey());
  const checkpoint = await client.checkpoint();
  const now = open(checkpoint, key);
  if (seen !== null) await requireExtends(client, open(seen.checkpoint, key), now);
  return { key, checkpoint };
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
    return verifyCheckpoint(checkpoint, parseVerifierKey(keys.split('\n')[0] ?? ''), verifyBytes);
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError('service_lied', 'The log’s checkpoint is not signed by the log’s key.', { cause });
  }
}
