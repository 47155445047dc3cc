import { Redacted } from '../core/redacted.ts';
import { sodium } from './sodium.ts';

/** An X25519 key pair for sealed boxes. */
export interface BoxKey {
  readonly publicKey: Uint8Array;
  readonly secretKey: Redacted;
}

/** The key pair of a 32-byte seed (libsodium `crypto_box_seed_keypair`). */
export function boxKeyFromSeed(seed: Redacted): BoxKey {
  const pair = sodium.crypto_box_seed_keypair(seed.reveal());
  return { publicKey: pair.publicKey, secretKey: new Redacted(pair.privateKey) };
}

/**
 * A libsodium sealed box. It says nothing of who sealed it: what makes it count is the owner-signed event that carries its hash
 * (DESIGN, "The keys").
 */
export function sealBox(publicKey: Uint8Array, secret: Redacted): Uint8Array {
  return sodium.crypto_box_seal(secret.reveal(), publicKey);
}

/** What the box holds, or null when it was not sealed to this key. */
export function openBox(key: BoxKey, box: Uint8Array): Redacted | null {
  try {
    return new Redacted(sodium.crypto_box_seal_open(box, key.publicKey, key.secretKey.reveal()));
  } catch {
    return null;
  }
}
