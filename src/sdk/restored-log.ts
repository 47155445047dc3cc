import { equalBytes } from '../core/bytes.ts';
import { isMemSyncError } from '../core/errors.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import type { MemSyncClient } from './client.ts';
import { followLog } from './follow-log.ts';
import type { SeenLog } from './owner-state.ts';

/** A log that goes on under another name, or another key, than the one that is remembered. */
export interface MovedLog {
  readonly was: string;
  readonly now: string;
  /** Whether the same key signs under both names. */
  readonly sameKey: boolean;
}

/**
 * The service's log as it stands: the one that is remembered, grown; or, where it is another, that one as it is seen for the first time; by keys that
 * the operator's root has stated, where one is remembered.
 * @throws {MemSyncError} `service_lied` when the log does not verify by the key that the service itself gives
 */
export async function rereadLog(client: MemSyncClient, seen: SeenLog | null): Promise<{ moved: MovedLog | null; log: SeenLog }> {
  try {
    return { moved: null, log: await followLog(client, seen) };
  } catch (error) {
    if (seen === null || !isMemSyncError(error, 'service_lied')) throw error;
    const log = await followLog(client, null, seen.operator);
    const [was, now] = [seen, log].map(({ key }) => parseVerifierKey(key.split('\n')[0] ?? ''));
    // Under the same name and key nothing can excuse it: that is a fork.
    if (was === undefined || now === undefined || (was.name === now.name && equalBytes(was.publicKey, now.publicKey))) throw error;
    return { moved: { was: was.name, now: now.name, sameKey: equalBytes(was.publicKey, now.publicKey) }, log };
  }
}
