import { hkdfSync, timingSafeEqual } from 'node:crypto';
import { utf8 } from '../core/bytes.ts';
import { Redacted } from '../core/redacted.ts';
import { sodium } from './sodium.ts';

const NO_SALT = new Uint8Array(0);

/** 32 bytes of HKDF-SHA256 over `secret`, no salt, `label` as info: one secret gives unrelated keys for unrelated labels. */
export function deriveKey(secret: Redacted, label: string): Redacted {
  return new Redacted(new Uint8Array(hkdfSync('sha256', secret.reveal(), NO_SALT, utf8(label), 32)));
}

/** A 32-byte keyed hash (BLAKE2b with a key) of `message`. */
export function keyedHash(key: Redacted, message: Uint8Array): Uint8Array {
  return sodium.crypto_generichash(32, message, key.reveal());
}

/** Whether two secrets are the same, in time that depends on their lengths alone. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
