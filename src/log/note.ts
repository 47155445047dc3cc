import { base64, concat, equalBytes, fromBase64, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { isKeyName, type VerifierKey, verifierKey } from './verifier-key.ts';

/** The most signature lines that a note may have; readers must take at least this many (C2SP signed-note, "Format"). */
const MAX_SIGNATURES = 16;

const DASH = '\u2014 ';

/** One signature line. `signature` is whatever follows the key id: 64 bytes for Ed25519, more for other types. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A text, line end included, and who is said to have signed it. Nothing in it may be relied on before `openNote`. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Who signs: `sign` gives the 64-byte Ed25519 signature of the bytes by the key behind `publicKey`. */
export interface NoteSigner {
  readonly name: string;
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Whether an Ed25519 signature (64 bytes) of `message` is by `publicKey` (32 bytes), by a strict check. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/**
 * The note in a signed note's text form, without checking any signature (C2SP signed-note, "Format").
 * @throws {MemSyncError} `encoding_invalid` on any other shape, control characters, no or more than 16 signatures, or a repeated line.
 */
export function parseNote(note: string): Note {
  if (!note.isWellFormed() || hasControls(note)) throw malformed('A note is Unicode text without control characters.');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) throw malformed('A note is a text, a blank line and signature lines.');
  const lines = note.slice(blank + 2, -1).split('\n', MAX_SIGNATURES + 1);
  if (lines.length > MAX_SIGNATURES) throw malformed('A note has at most 16 signatures.');
  if (new Set(lines).size !== lines.length) throw malformed('A note has the same signature line twice.');
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseLine) };
}

/** The signed note's text form; `parseNote` gives the same note back. @throws {MemSyncError} `input_invalid` on a note that has none. */
export function encodeNote({ text, signatures }: Note): string {
  const encoded = `${text}\n${signatures.map(encodeLine).join('')}`;
  if (textOf(encoded) !== text) throw new MemSyncError('input_invalid', 'That text cannot be a signed note.');
  return encoded;
}

/** `text` (line end included) signed by each signer, in order. @throws {MemSyncError} `input_invalid` on what no note has. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const message = utf8(text);
  const signatures = signers.map((signer) => {
    const { name, keyId } = verifierKey(signer.name, signer.publicKey);
    return { name, keyId, signature: signer.sign(message) };
  });
  return encodeNote({ text, signatures });
}

/**
 * The text, and the signatures by `keys`, all of them verified. Signatures by other keys are left out.
 * @throws {MemSyncError} `encoding_invalid` as `parseNote`, and when one key signs twice; `signature_invalid` when a signature by one
 * of `keys` does not hold; `key_untrusted` when none of them signed; `input_invalid` when two of them share a name and an id.
 */
export function openNote(note: string, keys: readonly VerifierKey[], verify: VerifySignature): Note {
  const { text, signatures } = parseNote(note);
  const message = utf8(text);
  const verified = new Map<VerifierKey, NoteSignature>();
  for (const signature of signatures) {
    const key = keyOf(signature, keys);
    if (key === undefined) continue;
    if (verified.has(key)) throw malformed('One key has signed the note twice.');
    if (signature.signature.length !== 64 || !verify(key.publicKey, message, signature.signature)) {
      throw new MemSyncError('signature_invalid', `The note’s signature by ${key.name} does not hold.`);
    }
    verified.set(key, signature);
  }
  if (verified.size === 0) throw new MemSyncError('key_untrusted', 'The note is not signed by a key that you trust.');
  return { text, signatures: [...verified.values()] };
}

function keyOf(signature: NoteSignature, keys: readonly VerifierKey[]): VerifierKey | undefined {
  const [key, ...others] = keys.filter(({ name, keyId }) => name === signature.name && equalBytes(keyId, signature.keyId));
  if (key !== undefined && others.some(({ publicKey }) => !equalBytes(publicKey, key.publicKey))) {
    throw new MemSyncError('input_invalid', 'Two verifier keys share a name and an id.');
  }
  return key;
}

function parseLine(line: string): NoteSignature {
  const [name, encoded, ...more] = line.startsWith(DASH) ? line.slice(DASH.length).split(' ') : [];
  if (name === undefined || encoded === undefined || more.length > 0 || !isKeyName(name)) {
    throw malformed('A signature line is an em dash, a name and base64.');
  }
  const bytes = fromBase64(encoded);
  if (bytes.length < 5) throw malformed('A signature follows four bytes of key id.');
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function encodeLine({ name, keyId, signature }: NoteSignature): string {
  if (!isKeyName(name) || keyId.length !== 4) throw new MemSyncError('input_invalid', 'That cannot sign a note.');
  return `${DASH}${name} ${base64(concat(keyId, signature))}\n`;
}

/** The text that a reader would find in a note, or null when it would find no note. */
function textOf(note: string): string | null {
  try {
    return parseNote(note).text;
  } catch {
    return null;
  }
}

/** Control characters other than the line feed; DEL and the C1 set too, which the specification merely leaves out. */
function hasControls(text: string): boolean {
  return /[^\P{Cc}\n]/u.test(text);
}

function malformed(detail: string): MemSyncError {
  return new MemSyncError('encoding_invalid', detail);
}
