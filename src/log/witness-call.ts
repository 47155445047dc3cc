import { base64, fromBase64 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { parseDecimal } from './decimal.ts';
import { HASH_BYTES } from './merkle.ts';
import { type NoteSignature, parseNote } from './note.ts';
import { isSize } from './range.ts';

/** The most hashes that a consistency proof may have. */
const MAX_PROOF_HASHES = 63;

/** What a witness is asked with (C2SP tlog-witness, "add-checkpoint"). */
export interface AddCheckpoint {
  /** The size that the witness is taken to have cosigned last, 0 for none. */
  readonly old: number;
  /** From `old` to the checkpoint's size, 32 bytes each; none from 0. */
  readonly proof: readonly Uint8Array[];
  /** The log's checkpoint, the signed note verbatim. */
  readonly checkpoint: string;
}

/** An HTTP answer, before anything of it is believed. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a witness's answer says. Nothing of it is verified. */
export type WitnessAnswer =
  /** 200: signature lines, of which some should be the witness's. */
  | { readonly kind: 'signed'; readonly signatures: readonly NoteSignature[] }
  /** 409: `size` is the one that it has cosigned last; null where it says none, as it may where only the roots differ. */
  | { readonly kind: 'conflict'; readonly size: number | null }
  /** 422: the proof does not lead from what it has cosigned to the checkpoint. */
  | { readonly kind: 'inconsistent' }
  /** 404: it does not know the log. */
  | { readonly kind: 'log unknown' }
  /** 403: it does not take the log's key. */
  | { readonly kind: 'key refused' }
  /** Any other status, or a body that is not as the protocol has it. */
  | { readonly kind: 'unusable' };

/** `old <n>\n<b64 hash>\n…\n\n<checkpoint>`. @throws {MemSyncError} `input_invalid` on what no call holds; `encoding_invalid` when the checkpoint is none. */
export function encodeAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const fits = isSize(old) && old <= size && proof.length <= MAX_PROOF_HASHES && proof.every((hash) => hash.length === HASH_BYTES);
  if (!fits || (old === 0 && proof.length > 0)) throw new MemSyncError('input_invalid', 'A witness cannot be asked with that.');
  return [`old ${old}`, ...proof.map(base64), '', checkpoint].join('\n');
}

/** What `encodeAddCheckpoint` wrote, one spelling only; nothing is verified. @throws {MemSyncError} `encoding_invalid` on any other text */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const blank = text.indexOf('\n\n');
  const [first, ...hashes] = text.slice(0, Math.max(blank, 0)).split('\n', MAX_PROOF_HASHES + 2);
  if (!first?.startsWith('old ')) throw malformed('Expected a line that begins with “old”.');
  const old = parseDecimal(first.slice('old '.length));
  if (hashes.length > MAX_PROOF_HASHES) throw malformed('A proof has at most 63 hashes.');
  const proof = hashes.map(fromBase64);
  if (proof.some((hash) => hash.length !== HASH_BYTES)) throw malformed('A hash has 32 bytes.');
  if (old === 0 && proof.length > 0) throw malformed('Every tree extends the empty one; there is nothing to prove.');
  const checkpoint = text.slice(blank + 2);
  if (parseCheckpoint(parseNote(checkpoint).text).size < old) throw malformed('The checkpoint is smaller than what it is to extend.');
  return { old, proof, checkpoint };
}

/** What an answer to a call with the checkpoint whose text is given says. Throws nothing: what cannot be read is `unusable`. */
export function readAnswer({ status, contentType, body }: RawAnswer, text: string): WitnessAnswer {
  if (status === 200) return readSigned(body, text);
  if (status === 409) return { kind: 'conflict', size: readSize(contentType, body) };
  if (status === 422) return { kind: 'inconsistent' };
  if (status === 404) return { kind: 'log unknown' };
  if (status === 403) return { kind: 'key refused' };
  return { kind: 'unusable' };
}

function readSigned(body: string, text: string): WitnessAnswer {
  try {
    const note = parseNote(`${text}\n${body}`);
    // A body with a blank line in it would make another text of what stands before.
    return note.text === text ? { kind: 'signed', signatures: note.signatures } : { kind: 'unusable' };
  } catch (error) {
    if (isMemSyncError(error)) return { kind: 'unusable' };
    throw error;
  }
}

function readSize(contentType: string, body: string): number | null {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (type !== 'text/x.tlog.size' || !body.endsWith('\n')) return null;
  try {
    return parseDecimal(body.slice(0, -1));
  } catch {
    return null;
  }
}

function malformed(detail: string): MemSyncError {
  return new MemSyncError('encoding_invalid', detail);
}
