import { LIMITS } from '../../../schemas/limits.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { verifyBytes } from '../../crypto/ed25519.ts';
import { type Cosigned, openCosignatures } from '../../log/cosignature.ts';
import { type NoteSignature, parseNote } from '../../log/note.ts';
import type { CosignerKey } from '../../log/cosigner-key.ts';
import { consistencyTiles, proveConsistency } from '../../log/tree.ts';
import { encodeAddCheckpoint, readAnswer } from '../../log/witness-call.ts';
import type { StoreReader } from '../../store/store.ts';
import type { PostToWitness } from '../../witness/face.ts';
import type { RefusalReason } from './refusal.ts';

/** How often a witness is asked at once: with the size that is remembered, with the one that it answers, and with the log as it has grown meanwhile. */
const TRIES = 3;

/** Who is asked: its key, and where it takes checkpoints. */
export interface AskedWitness {
  readonly key: CosignerKey;
  readonly url: string;
}

/** What asking takes. */
export interface AskParts {
  readonly store: Pick<StoreReader, 'log' | 'tile'>;
  readonly post: PostToWitness;
  readonly now: () => Instant;
  readonly stop: AbortSignal;
}

/** What came of asking. `size` is the one that the witness holds, as far as is known. */
export type Answered =
  | { readonly outcome: 'cosigned'; readonly size: number; readonly checkpoint: string; readonly line: NoteSignature }
  | { readonly outcome: 'refused'; readonly size: number; readonly reason: RefusalReason }
  /** The log is empty, or asking was stopped. */
  | { readonly outcome: 'nothing' };

/**
 * Asks a witness to cosign the log's newest checkpoint, from the size that it is taken to hold. Where it holds another, it is asked again from that
 * one, with a proof from there; where no proof can lead from there to the log, that is the answer, and nothing else is tried.
 * @throws {MemSyncError} what the store throws, `log_broken`
 */
export async function askWitness(parts: AskParts, witness: AskedWitness, known: number): Promise<Answered> {
  const url = `${witness.url.replace(/\/+$/, '')}/add-checkpoint`;
  let old: number | null = null;
  for (let i = 0; i < TRIES; i++) {
    const log = await parts.store.log();
    if (log === null || log.size === 0) return { outcome: 'nothing' };
    const { size, checkpoint } = log;
    // What is remembered of it may be wrong; what it answers is its word.
    old ??= Math.min(known, size);
    if (old > size) return { outcome: 'refused', size: old, reason: 'ahead' };
    const body = encodeAddCheckpoint({ old, proof: await consistencyProof(parts.store, old, size), checkpoint });
    const posted = await parts.post(url, body, parts.stop);
    if ('failed' in posted) {
      return posted.failed === 'stopped' ? { outcome: 'nothing' } : { outcome: 'refused', size: old, reason: posted.failed };
    }
    const { text } = parseNote(checkpoint);
    const answer = readAnswer(posted, text);
    if (answer.kind === 'signed') {
      const found = cosignatureIn(answer.signatures, text, witness.key, parts.now());
      return typeof found === 'string'
        ? { outcome: 'refused', size: old, reason: found }
        : { outcome: 'cosigned', size, checkpoint, line: found.line };
    }
    if (answer.kind !== 'conflict') return { outcome: 'refused', size: old, reason: REASON[answer.kind] };
    // It may say so of one size and two roots, with or without the size.
    if (old === size && (answer.size === null || answer.size === size)) return { outcome: 'refused', size, reason: 'forked' };
    if (answer.size === null || answer.size === old) return { outcome: 'refused', size: old, reason: 'answer_unusable' };
    old = answer.size;
  }
  const [size, held] = [(await parts.store.log())?.size ?? 0, old ?? known];
  return { outcome: 'refused', size: held, reason: held > size ? 'ahead' : 'moving' };
}

const REASON = {
  inconsistent: 'forked',
  'log unknown': 'log_unknown',
  'key refused': 'key_refused',
  unusable: 'answer_unusable',
} as const satisfies Record<string, RefusalReason>;

/** From tiles as they are stored, which hold at least what that size has. */
async function consistencyProof(store: AskParts['store'], old: number, size: number): Promise<Uint8Array[]> {
  const tiles = new Map<string, Uint8Array>();
  for (const { level, index } of consistencyTiles(old, size)) {
    const bytes = await store.tile(level, index);
    if (bytes === null) throw new MemSyncError('log_broken', `The log’s tile ${level}/${index} is missing.`);
    tiles.set(`${level}/${index}`, bytes);
  }
  return proveConsistency(old, size, { tile: (level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) });
}

/** The witness's own among the lines of an answer; lines of others are nothing to it. */
function cosignatureIn(signatures: readonly NoteSignature[], text: string, key: CosignerKey, now: Instant): Cosigned | RefusalReason {
  try {
    const [found] = openCosignatures({ text, signatures }, [key], verifyBytes);
    if (found === undefined) return 'cosignature_invalid';
    return found.time * 1000 > now + LIMITS.clockSkewMs ? 'clock_ahead' : found;
  } catch (error) {
    if (isMemSyncError(error)) return 'cosignature_invalid';
    throw error;
  }
}
