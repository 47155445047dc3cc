import { base64, concat, equalBytes, fromBase64, fromHex, hex, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { sha256Parts } from '../crypto/sha256.ts';

/** The signature type byte of plain Ed25519 (C2SP signed-note, "Signature types"). */
const ED25519 = Uint8Array.of(1);

/** Whose signatures a reader accepts: a name, and the Ed25519 public key (32 bytes) behind it. */
export interface VerifierKey {
  readonly name: string;
  /** 4 bytes that tell keys of one name apart; see `keyId`. */
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Whether a key may bear this name: not empty, no white space or control character, no `+` (C2SP signed-note, "Format"). */
export function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\p{White_Space}\p{Cc}+]+$/u.test(name);
}

/** `SHA-256(name ‖ 0A ‖ 01 ‖ public key)`, its first 4 bytes (C2SP signed-note, "Ed25519 signatures"). */
export function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256Parts(utf8(name), Uint8Array.of(10), ED25519, publicKey).slice(0, 4);
}

/** The verifier key of a name and an Ed25519 public key. @throws {MemSyncError} `input_invalid` when the name or the key cannot be one. */
export function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new MemSyncError('input_invalid', 'A key’s name has no white space and no plus sign, and is not empty.');
  if (publicKey.length !== 32) throw new MemSyncError('input_invalid', 'An Ed25519 public key has 32 bytes.');
  return { name, keyId: keyId(name, publicKey), publicKey };
}

/** `name+hex(keyId)+base64(01 ‖ public key)`, without a line end. */
export function encodeVerifierKey(key: VerifierKey): string {
  return `${key.name}+${hex(key.keyId)}+${base64(concat(ED25519, key.publicKey))}`;
}

/**
 * The key that `encodeVerifierKey` wrote, one spelling only.
 * @throws {MemSyncError} `encoding_invalid` on any other text, another type of key, or a key id that is not the key's.
 */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name)) {
    throw new MemSyncError('encoding_invalid', 'Expected a verifier key: name+hexadecimal+base64.');
  }
  const typed = fromBase64(encoded);
  if (typed.length !== 33 || typed[0] !== ED25519[0]) throw new MemSyncError('encoding_invalid', 'Expected an Ed25519 verifier key.');
  const key = verifierKey(name, typed.slice(1));
  if (!equalBytes(key.keyId, fromHex(id))) throw new MemSyncError('encoding_invalid', 'The verifier key’s id is not the key’s.');
  return key;
}
