import { base64, equalBytes, fromBase64 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseDecimal } from './decimal.ts';
import { EMPTY_ROOT, HASH_BYTES } from './merkle.ts';
import { type NoteSigner, openNote, signNote, type VerifySignature } from './note.ts';
import { isSize } from './range.ts';
import type { VerifierKey } from './verifier-key.ts';

/** A log's head: `size` entries under `root` (32 bytes), of the log that calls itself `origin`. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * `origin\nsize\nbase64(root)\n` (C2SP tlog-checkpoint, "Note text").
 * @throws {MemSyncError} `input_invalid` on what no checkpoint holds.
 */
export function encodeCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isOrigin(origin) || !isSize(size) || root.length !== HASH_BYTES)
    throw new MemSyncError('input_invalid', 'That cannot be a checkpoint.');
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** The checkpoint in a note's text. @throws {MemSyncError} `encoding_invalid` on any other spelling; extension lines are refused. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n', 5);
  if (origin === undefined || size === undefined || root === undefined || end !== '' || more.length > 0 || !isOrigin(origin)) {
    throw new MemSyncError('encoding_invalid', 'A checkpoint is three lines: origin, size and root.');
  }
  const checkpoint = { origin, size: parseDecimal(size), root: fromBase64(root) };
  if (checkpoint.root.length !== HASH_BYTES) throw new MemSyncError('encoding_invalid', 'A checkpoint’s root has 32 bytes.');
  return checkpoint;
}

/** The checkpoint as a signed note, by the log and whoever else signs. @throws {MemSyncError} `input_invalid` as `encodeCheckpoint`. */
export function signCheckpoint(checkpoint: Checkpoint, ...signers: readonly NoteSigner[]): string {
  return signNote(encodeCheckpoint(checkpoint), signers);
}

/**
 * The checkpoint in a note that `key` signed, for `origin`: the log of the key's own name unless said otherwise.
 * @throws {MemSyncError} `encoding_invalid` on another shape, `key_untrusted` and `signature_invalid` as `openNote`,
 * `checkpoint_invalid` when it is another log's, or gives the empty tree another root.
 */
export function verifyCheckpoint(note: string, key: VerifierKey, verify: VerifySignature, origin: string = key.name): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, [key], verify).text);
  if (checkpoint.origin !== origin) throw new MemSyncError('checkpoint_invalid', 'The checkpoint is of another log.');
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, EMPTY_ROOT)) {
    throw new MemSyncError('checkpoint_invalid', 'The checkpoint gives the empty tree a root that it cannot have.');
  }
  return checkpoint;
}

function isOrigin(origin: string): boolean {
  return origin.isWellFormed() && /^\P{Cc}+$/u.test(origin);
}
