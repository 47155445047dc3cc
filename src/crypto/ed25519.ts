import type { Redacted } from '../core/redacted.ts';
import { Redacted as RedactedBytes } from '../core/redacted.ts';
import { sodium } from './sodium.ts';

/** An Ed25519 key pair; the secret half is libsodium's 64 bytes (seed ‖ public key). */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  readonly secretKey: Redacted;
}

/** The key pair of a 32-byte seed (RFC 8032). */
export function signingKeyFromSeed(seed: Redacted): SigningKey {
  const pair = sodium.crypto_sign_seed_keypair(seed.reveal());
  return { publicKey: pair.publicKey, secretKey: new RedactedBytes(pair.privateKey) };
}

/** The 64-byte Ed25519 signature of `message`. */
export function signBytes(key: SigningKey, message: Uint8Array): Uint8Array {
  return sodium.crypto_sign_detached(message, key.secretKey.reveal());
}

/**
 * Whether libsodium's strict check admits the signature: canonical S, no small-order key, no ZIP215 leniency (FORMATS, "Transparency log").
 * Wrong lengths are a plain `false`.
 */
export function verifyBytes(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return sodium.crypto_sign_verify_detached(signature, message, publicKey);
  } catch {
    return false;
  }
}
