import { base64, fromBase64 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { type Checkpoint, parseCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { parseDecimal } from './decimal.ts';
import { HASH_BYTES, verifyInclusion } from './merkle.ts';
import { parseNote, type VerifySignature } from './note.ts';
import { isSize } from './range.ts';
import type { VerifierKey } from './verifier-key.ts';

/** The most hashes that an inclusion proof can have. */
const MAX_PROOF_HASHES = 63;

const HEADER = 'c2sp.org/tlog-proof@v1';

/** An entry's place in a log, with all that shows it offline: `c2sp.org/tlog-proof@v1`. */
export interface LogProof {
  readonly index: number;
  /** The inclusion proof, 32 bytes each, from the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
  /** The log's checkpoint, the signed note verbatim. */
  readonly checkpoint: string;
  /** Bytes that nobody has signed; never to be relied on. At least one byte, or left out. */
  readonly extra?: Uint8Array;
}

/** What a proof has shown: the entry is number `index` of the log at `checkpoint`. */
export interface VerifiedProof {
  readonly index: number;
  readonly checkpoint: Checkpoint;
}

/**
 * `c2sp.org/tlog-proof@v1\n[extra <b64>\n]index <n>\n<b64 hash>*\n\n<checkpoint>` (C2SP tlog-proof, "Format").
 * @throws {MemSyncError} `input_invalid` on an index, a hash or an `extra` that no proof holds; `encoding_invalid` when the
 * checkpoint is none.
 */
export function encodeProof(proof: LogProof): string {
  const { index, hashes, checkpoint, extra } = proof;
  const fits = isSize(index) && hashes.length <= MAX_PROOF_HASHES && hashes.every((hash) => hash.length === HASH_BYTES);
  if (!fits || extra?.length === 0) throw new MemSyncError('input_invalid', 'That cannot be a log proof.');
  parseCheckpoint(parseNote(checkpoint).text);
  const extraLine = extra === undefined ? [] : [`extra ${base64(extra)}`];
  return [HEADER, ...extraLine, `index ${index}`, ...hashes.map(base64), '', checkpoint].join('\n');
}

/**
 * The proof in its text form, one spelling only; nothing is verified.
 * @throws {MemSyncError} `encoding_invalid` on any other text, more than 63 hashes, or what is no checkpoint in a signed note.
 */
export function parseProof(text: string): LogProof {
  const blank = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(blank, 0)).split('\n', MAX_PROOF_HASHES + 4);
  if (lines.shift() !== HEADER) throw malformed('Expected a text that begins with c2sp.org/tlog-proof@v1.');
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(after('extra ', lines.shift())) : undefined;
  if (extra?.length === 0) throw malformed('An empty extra line is left out.');
  const index = parseDecimal(after('index ', lines.shift()));
  if (lines.length > MAX_PROOF_HASHES) throw malformed('A proof has at most 63 hashes.');
  const hashes = lines.map(fromBase64);
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw malformed('A hash has 32 bytes.');
  const checkpoint = text.slice(blank + 2);
  parseCheckpoint(parseNote(checkpoint).text);
  return { index, hashes, checkpoint, ...(extra === undefined ? {} : { extra }) };
}

/**
 * Checks offline that the entry whose leaf hash is given is in the log of `key`; see `verifyCheckpoint` for `origin`.
 * @throws {MemSyncError} `encoding_invalid` as `parseProof`; `key_untrusted`, `signature_invalid` and `checkpoint_invalid` as
 * `verifyCheckpoint`; `proof_invalid` when the proof does not lead from the entry to the checkpoint's root.
 */
export function verifyProof(text: string, hash: Uint8Array, key: VerifierKey, verify: VerifySignature, origin?: string): VerifiedProof {
  const { index, hashes, checkpoint: note } = parseProof(text);
  const checkpoint = verifyCheckpoint(note, key, verify, origin);
  verifyInclusion(index, checkpoint.size, hash, hashes, checkpoint.root);
  return { index, checkpoint };
}

function after(prefix: string, line: string | undefined): string {
  if (!line?.startsWith(prefix)) throw malformed(`Expected a line that begins with “${prefix.trim()}”.`);
  return line.slice(prefix.length);
}

function malformed(detail: string): MemSyncError {
  return new MemSyncError('encoding_invalid', detail);
}
