import { encodeTypedKey, parseTypedKey, requireNamedKey, typedKeyId } from './verifier-key.ts';

/** The signature type byte of timestamped Ed25519 cosignatures (C2SP signed-note, "Signature types"). */
const COSIGNATURE = Uint8Array.of(4);

/** A witness whose cosignatures a reader accepts. Another shape than a log's `VerifierKey`, so that neither is taken for the other. */
export interface CosignerKey {
  readonly name: string;
  /** `SHA-256(name ‖ 0A ‖ 04 ‖ public key)`, its first 4 bytes (C2SP tlog-cosignature, "Format"). */
  readonly cosignerId: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The cosigner key of a name and an Ed25519 public key. @throws {MemSyncError} `input_invalid` when the name or the key cannot be one. */
export function cosignerKey(name: string, publicKey: Uint8Array): CosignerKey {
  requireNamedKey(name, publicKey);
  return { name, cosignerId: typedKeyId(COSIGNATURE, name, publicKey), publicKey };
}

/** `name+hex(cosignerId)+base64(04 ‖ public key)`, without a line end. */
export function encodeCosignerKey({ name, cosignerId, publicKey }: CosignerKey): string {
  return encodeTypedKey(COSIGNATURE, name, cosignerId, publicKey);
}

/**
 * The key that `encodeCosignerKey` wrote, one spelling only.
 * @throws {MemSyncError} `encoding_invalid` on any other text, another type of key (a log's, or one for ML-DSA), or an id that is not the key's.
 */
export function parseCosignerKey(text: string): CosignerKey {
  const { name, publicKey } = parseTypedKey(text, COSIGNATURE, 'the verifier key of an Ed25519 cosigner');
  return cosignerKey(name, publicKey);
}
