import { concat, equalBytes, readU64be, u64be, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { CosignerKey } from './cosigner-key.ts';
import type { Note, NoteSignature, VerifySignature } from './note.ts';

/** A witness's word that, at `time`, a checkpoint was the largest consistent one of its log that it had seen. */
export interface Cosignature {
  /** Seconds since the Unix epoch, by the witness's clock; never 0. */
  readonly time: number;
  /** Ed25519, 64 bytes, over `cosignatureMessage`. */
  readonly signature: Uint8Array;
}

/** A cosignature that holds. `line` is it as the note has it. */
export interface Cosigned {
  readonly key: CosignerKey;
  readonly time: number;
  readonly line: NoteSignature;
}

/** `cosignature/v1\ntime <t>\n<checkpoint text>` (C2SP tlog-cosignature, "Ed25519 signed message"). `text` ends with its line end. */
export function cosignatureMessage(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/** `u64be time ‖ signature`, 72 bytes, as the signature line of a note. @throws {MemSyncError} `input_invalid` on a time or a length that none has. */
export function encodeCosignature({ name, cosignerId }: CosignerKey, { time, signature }: Cosignature): NoteSignature {
  if (!isTime(time) || signature.length !== 64) throw new MemSyncError('input_invalid', 'That cannot be a cosignature.');
  return { name, keyId: cosignerId, signature: concat(u64be(time), signature) };
}

/** What `encodeCosignature` wrote. @throws {MemSyncError} `encoding_invalid` unless it has 72 bytes, and a time from 1 to 2⁵³−1. */
export function parseCosignature({ signature }: NoteSignature): Cosignature {
  if (signature.length !== 72) throw new MemSyncError('encoding_invalid', 'A cosignature has 72 bytes.');
  const time = readU64be(signature, 0);
  if (!isTime(time)) throw new MemSyncError('encoding_invalid', 'A cosignature without a time says nothing of when.');
  return { time, signature: signature.slice(8) };
}

/**
 * The cosignatures of a note's text by `keys`, all of them verified; each witness once, with its latest. Signatures by others are left out.
 * The text is taken as it is: whether it is a checkpoint, and the log's, is for `verifyCheckpoint`.
 * @throws {MemSyncError} `encoding_invalid` and `signature_invalid` when a cosignature that bears the name and the id of one of `keys` does not hold;
 * `input_invalid` when two of them share both.
 */
export function openCosignatures({ text, signatures }: Note, keys: readonly CosignerKey[], verify: VerifySignature): Cosigned[] {
  const latest = new Map<CosignerKey, Cosigned>();
  for (const line of signatures) {
    const key = keyOf(line, keys);
    if (key === null) continue;
    const { time, signature } = parseCosignature(line);
    if (!verify(key.publicKey, cosignatureMessage(text, time), signature))
      throw new MemSyncError('signature_invalid', `The checkpoint’s cosignature by ${key.name} does not hold.`);
    if (time > (latest.get(key)?.time ?? 0)) latest.set(key, { key, time, line });
  }
  return [...latest.values()];
}

/** The key that a signature line is said to be by, or null. @throws {MemSyncError} `input_invalid` when that could be two. */
function keyOf(line: NoteSignature, keys: readonly CosignerKey[]): CosignerKey | null {
  const [key, ...others] = keys.filter(({ name, cosignerId }) => name === line.name && equalBytes(cosignerId, line.keyId));
  if (key !== undefined && others.some(({ publicKey }) => !equalBytes(publicKey, key.publicKey)))
    throw new MemSyncError('input_invalid', 'Two cosigner keys share a name and an id.');
  return key ?? null;
}

function isTime(time: number): boolean {
  return Number.isSafeInteger(time) && time > 0;
}
