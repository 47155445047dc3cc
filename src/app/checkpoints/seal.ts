import { concat, equalBytes, fromHex, lengthPrefixed, u32be, u64be, utf8 } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import type { Redacted } from '../../core/redacted.ts';
import { openBytes, sealBytes } from '../../crypto/aead.ts';
import { decodeState, encodeState, STATE_FORMAT } from '../../memory/state-codec.ts';
import type { VaultState } from '../../memory/state.ts';
import type { CheckpointPlace, StoredCheckpoint } from '../../store/checkpoints.ts';

/** Sealed piece by piece, so that no large vault takes much memory at once. */
const PART = 1 << 20;
const TAG = utf8('memsync/fold-checkpoint/v1');

/** A vault as it stands, sealed under the service's own key for checkpoints. */
export function sealCheckpoint(key: Redacted, state: VaultState, random: Random): StoredCheckpoint {
  const { vault, headSeq: seq, headHash: head } = state;
  const clear = encodeState(state);
  const count = Math.ceil(clear.length / PART);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    parts.push(sealBytes(key, clear.subarray(i * PART, (i + 1) * PART), boundTo(vault, { seq, head }, i, count), random));
  }
  return { vault, seq, head, parts };
}

/** The vault that was sealed, or null where anything about it is not as it was sealed, or it is of another format. */
export function openCheckpoint(key: Redacted, sealed: StoredCheckpoint): VaultState | null {
  const parts: Uint8Array[] = [];
  for (const [i, part] of sealed.parts.entries()) {
    const clear = openBytes(key, part, boundTo(sealed.vault, sealed, i, sealed.parts.length));
    if (clear === null) return null;
    parts.push(clear);
  }
  const [only] = parts;
  try {
    const state = decodeState(parts.length === 1 && only !== undefined ? only : concat(...parts));
    return state.vault === sealed.vault && state.headSeq === sealed.seq && equalBytes(state.headHash, sealed.head) ? state : null;
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return null;
    throw error;
  }
}

function boundTo(vault: string, { seq, head }: CheckpointPlace, part: number, count: number): Uint8Array {
  return lengthPrefixed(TAG, fromHex(vault), u64be(seq), head, u32be(STATE_FORMAT), u32be(part), u32be(count));
}
