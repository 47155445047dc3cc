import { MemSyncError } from '../core/errors.ts';
import { cutEntryBundle } from '../log/entry-bundle.ts';
import { HASH_BYTES } from '../log/merkle.ts';
import { parseTilePath, tileWidth } from '../log/tile.ts';
import { encodeKeyHistory } from '../log/key-history.ts';
import { encodeVerifierKey, verifierKey } from '../log/verifier-key.ts';
import { ENTRIES } from './log-keeper.ts';
import type { Services } from './services.ts';

/** The last signed checkpoint, whichever process signed it, with the cosignatures that there are; one of the empty log where there is none yet. */
export async function readCheckpoint({ store, log }: Pick<Services, 'store' | 'log'>): Promise<string> {
  const stored = await store.log();
  return stored === null ? log.checkpoint() : log.withCosignatures(stored);
}

/** The verifier keys as text, a line each: the log's, then the receipt signer's (API, `/log/key`). */
export function readLogKeys({ log, receiptSigner }: Pick<Services, 'log' | 'receiptSigner'>): string {
  const keys = [verifierKey(log.origin, log.publicKey), verifierKey(receiptSigner.name, receiptSigner.key.publicKey)];
  return keys.map((key) => `${encodeVerifierKey(key)}\n`).join('');
}

/** All that the operator's root has stated of those keys (`/log/keys`). @throws {MemSyncError} `not_found` where there is no root */
export function readKeyStatements({ history }: Pick<Services, 'history'>): string {
  if (history === null)
    throw new MemSyncError('not_found', 'This service has no operator’s root: its keys are in /log/key, on its word alone.');
  return encodeKeyHistory(history.map(({ note }) => note));
}

/**
 * The tile or entry bundle that a path such as `tile/0/x001/234.p/7` names, cut to the width asked for. What a path names never changes.
 * @throws {MemSyncError} `encoding_invalid` on a path that no tile has; `not_found` where the log has not grown so far
 */
export async function readTile(services: Pick<Services, 'store'>, path: string): Promise<Uint8Array> {
  const asked = parseTilePath(path);
  const address = { level: asked.kind === 'entries' ? 0 : asked.level, index: asked.index };
  const size = (await services.store.log())?.size ?? 0;
  if (tileWidth(size, address) < asked.width) throw new MemSyncError('not_found', 'The log has not grown so far.');
  const bytes = await services.store.tile(asked.kind === 'entries' ? ENTRIES : asked.level, asked.index);
  if (bytes === null) throw new MemSyncError('log_broken', `The log’s ${path} is missing.`);
  return asked.kind === 'entries' ? cutEntryBundle(bytes, asked.width) : bytes.subarray(0, asked.width * HASH_BYTES);
}
