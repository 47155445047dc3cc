import { concat } from '../core/bytes.ts';
import type { Random } from '../core/random.ts';
import type { Redacted } from '../core/redacted.ts';
import { sodium } from './sodium.ts';

/** Bytes of an XChaCha20-Poly1305-IETF nonce. */
export const NONCE_BYTES = 24;
/** Bytes by which `sealBytes` lengthens what it seals. */
export const SEAL_OVERHEAD = NONCE_BYTES + 16;

/** `nonce ‖ ciphertext ‖ tag` of XChaCha20-Poly1305-IETF under a fresh random nonce; `ad` is bound, not stored. */
export function sealBytes(key: Redacted, plaintext: Uint8Array, ad: Uint8Array, random: Random): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  return concat(nonce, sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, ad, null, nonce, key.reveal()));
}

/** What `sealBytes` sealed, or null when key, bytes or associated data are not those of the seal. */
export function openBytes(key: Redacted, sealed: Uint8Array, ad: Uint8Array): Uint8Array | null {
  if (sealed.length < SEAL_OVERHEAD) return null;
  return openWithNonce(key.reveal(), sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES), ad);
}

/** One XChaCha20-Poly1305-IETF opening, nonce apart, or null; the published vectors run against it. */
export function openWithNonce(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, ad: Uint8Array): Uint8Array | null {
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, ciphertext, ad, nonce, key);
  } catch {
    return null;
  }
}
