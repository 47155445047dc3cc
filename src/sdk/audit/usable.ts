import { fromBase64 } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { parseVerifierKey } from '../../log/verifier-key.ts';
import { decodeState } from '../../memory/state-codec.ts';
import { BLOCK } from './chain-index.ts';
import { HashList } from './hash-list.ts';
import type { AuditProgress } from './progress.ts';

/** Whether an audit can go on from what is kept: it is this vault's, and reads. Else it begins anew. */
export function isUsable({ vault: of, log, chain }: AuditProgress, vault: string): boolean {
  try {
    if (log.keys !== null) parseVerifierKey(log.keys.split('\n')[0] ?? '');
    HashList.of(log.tiles);
    HashList.of(log.edge);
    const marks = HashList.of(chain.marks).length;
    const state = chain.state === null ? null : decodeState(fromBase64(chain.state));
    return of === vault && (state === null || state.vault === vault) && marks === Math.floor(((state?.headSeq ?? -1) + 1) / BLOCK);
  } catch (error) {
    if (isMemSyncError(error)) return false;
    throw error;
  }
}
