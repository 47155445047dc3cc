import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, equalBytes } from '../../core/bytes.ts';
import { Redacted } from '../../core/redacted.ts';

/*
 * Ed25519 in plain JavaScript: what ../ed25519.ts does, where there is no libsodium. noble's own check is not used: it takes a signature
 * whose equation holds only once multiplied by the cofactor, and an R of small order, which libsodium's does not.
 */

const { Point } = ed25519;
type Point = ReturnType<typeof Point.fromBytes>;

/** As in ../ed25519.ts. */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  readonly secretKey: Redacted;
}

/** The key pair of a 32-byte seed (RFC 8032). */
export function signingKeyFromSeed(seed: Redacted): SigningKey {
  const publicKey = ed25519.getPublicKey(seed.reveal());
  return { publicKey, secretKey: new Redacted(concat(seed.reveal(), publicKey)) };
}

/** The 64-byte Ed25519 signature of `message`. */
export function signBytes(key: SigningKey, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, key.secretKey.reveal().subarray(0, 32));
}

/**
 * Whether libsodium's strict check admits the signature: S below the group's order; the key and R each the one spelling of a point that is
 * not of small order; and S·B − k·A is R to the byte, without a multiple of the cofactor. Wrong lengths are a plain `false`.
 */
export function verifyBytes(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const encodedR = signature.subarray(0, 32);
  const s = integer(signature.subarray(32));
  if (s >= Point.Fn.ORDER) return false;
  const key = strictPoint(publicKey);
  if (key === null || strictPoint(encodedR) === null) return false;
  const k = integer(sha512(concat(encodedR, publicKey, message))) % Point.Fn.ORDER;
  const r = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k));
  return equalBytes(r.toBytes(), encodedR);
}

/** The point, or null where the bytes are none, not its one spelling, or of small order. */
function strictPoint(encoded: Uint8Array): Point | null {
  try {
    const point = Point.fromBytes(encoded);
    return point.isSmallOrder() ? null : point;
  } catch {
    return null;
  }
}

/** The number that bytes write, the lowest first. */
function integer(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}
