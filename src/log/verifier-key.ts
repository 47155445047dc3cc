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
  return typedKeyId(ED25519, name, publicKey);
}

/** As `keyId`, of a key for signatures of another type: `type` is its byte. */
export function typedKeyId(type: Uint8Array, name: string, publicKey: Uint8Array): Uint8Array {
  return sha256Parts(utf8(name), Uint8Array.of(10), type, publicKey).slice(0, 4);
}

/** The verifier key of a name and an Ed25519 public key. @throws {MemSyncError} `input_invalid` when the name or the key cannot be one. */
export function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  requireNamedKey(name, publicKey);
  return { name, keyId: keyId(name, publicKey), publicKey };
}

/** @throws {MemSyncError} `input_invalid` when the name or the key cannot be a verifier key’s. */
export function requireNamedKey(name: string, publicKey: Uint8Array): void {
  if (!isKeyName(name)) throw new MemSyncError('input_invalid', 'A key’s name has no white space and no plus sign, and is not empty.');
  if (publicKey.length !== 32) throw new MemSyncError('input_invalid', 'An Ed25519 public key has 32 bytes.');
}

/** `name+hex(keyId)+base64(01 ‖ public key)`, without a line end. */
export function encodeVerifierKey({ name, keyId: id, publicKey }: VerifierKey): string {
  return encodeTypedKey(ED25519, name, id, publicKey);
}

/** As `encodeVerifierKey`, of a key for signatures of another type. */
export function encodeTypedKey(type: Uint8Array, name: string, id: Uint8Array, publicKey: Uint8Array): string {
  return `${name}+${hex(id)}+${base64(concat(type, publicKey))}`;
}

/**
 * The key that `encodeVerifierKey` wrote, one spelling only.
 * @throws {MemSyncError} `encoding_invalid` on any other text, another type of key, or a key id that is not the key's.
 */
export function parseVerifierKey(text: string): VerifierKey {
  const { name, publicKey } = parseTypedKey(text, ED25519, 'an Ed25519 verifier key');
  return verifierKey(name, publicKey);
}

/** As `parseVerifierKey`, of a key of the type whose byte is given and that is called `expected`. @throws {MemSyncError} `encoding_invalid` */
export function parseTypedKey(text: string, type: Uint8Array, expected: string): { name: string; publicKey: Uint8Array } {
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name)) {
    throw new MemSyncError('encoding_invalid', 'Expected a verifier key: name+hexadecimal+base64.');
  }
  const typed = fromBase64(encoded);
  if (typed.length !== 33 || typed[0] !== type[0]) throw new MemSyncError('encoding_invalid', `Expected ${expected}.`);
  const publicKey = typed.slice(1);
  if (!equalBytes(typedKeyId(type, name, publicKey), fromHex(id)))
    throw new MemSyncError('encoding_invalid', 'The verifier key’s id is not the key’s.');
  return { name, publicKey };
}
