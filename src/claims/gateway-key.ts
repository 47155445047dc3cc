import { z } from 'zod';
import { base64, Sha256 } from '../../schemas/primitives.ts';
import { fromBase64, hex } from '../core/bytes.ts';
import { keccak256 } from '../crypto/keccak.ts';
import { readRsaKey, type RsaPublicKey } from '../crypto/rsa-pss.ts';
import { sha256 } from '../crypto/sha256.ts';

/** 32 bytes as hexadecimal digits, as Ethereum writes them (`0x` before them, either case) or without; comes back without, in lower case. */
export const Word = z
  .string()
  .regex(/^(?:0x)?[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits, with 0x before them or without')
  .transform((text) => text.replace(/^0x/, '').toLowerCase());

/** Standard base64 in its one spelling, of at most `maxBytes` bytes: no bit is set that stands for no byte. */
export const oneBase64 = (maxBytes: number) =>
  base64(maxBytes).refine((text) => /(?:^|[^=]|[AQgw]==|[AEIMQUYcgkosw048]=)$/.test(text), 'must be base64 as its bytes encode');

/** A SubjectPublicKeyInfo in DER. One of RSA-2048 has 294 bytes. */
export const Spki = oneBase64(1024);
/** A signature by RSA-2048. */
export const RsaSignature = oneBase64(256);

/** A gateway's signing key, as the operator's trust names it: by either of its digests. */
const TrustedKey = z.union([z.strictObject({ spkiSha256: Sha256 }), z.strictObject({ teeId: Word })]);
export const TrustedKeys = z.array(TrustedKey).max(1000).default([]);
export type TrustedKeys = z.infer<typeof TrustedKeys>;

/** A signing key as evidence holds it. */
export interface GatewayKey {
  /** keccak256 of the SPKI's DER, 64 hexadecimal digits: what the key goes by on OpenGradient's chain. */
  readonly teeId: string;
  /** 64 hexadecimal digits. */
  readonly spkiSha256: string;
  /** Null where the bytes are no RSA-2048 key. */
  readonly key: RsaPublicKey | null;
}

/** Reads a key given as `Spki`. */
export async function readGatewayKey(spki: string): Promise<GatewayKey> {
  const der = fromBase64(spki);
  return { teeId: hex(keccak256(der)), spkiSha256: hex(sha256(der)), key: await readRsaKey(der) };
}

/** Whether the operator's trust names the key. */
export function isTrusted(trusted: TrustedKeys, { teeId, spkiSha256 }: GatewayKey): boolean {
  return trusted.some((one) => ('teeId' in one ? one.teeId === teeId : one.spkiSha256 === spkiSha256));
}
