import { base64, concat, fromBase64, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { type SigningKey, signBytes, verifyBytes } from './ed25519.ts';

/** A DSSE envelope as JSON carries it: base64 payload, one signature. */
export interface DsseEnvelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** The payload's exact bytes with the one signature over them. */
export interface SignedPayload {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`: the bytes that are signed (DSSE protocol, PAE). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload);
}

export function signPayload(key: SigningKey, payloadType: string, payload: Uint8Array): SignedPayload {
  return { payload, signature: signBytes(key, preAuthEncoding(payloadType, payload)) };
}

export function payloadVerifies(publicKey: Uint8Array, payloadType: string, signed: SignedPayload): boolean {
  return verifyBytes(publicKey, preAuthEncoding(payloadType, signed.payload), signed.signature);
}

export function encodeEnvelope(payloadType: string, keyid: string, signed: SignedPayload): DsseEnvelope {
  return { payloadType, payload: base64(signed.payload), signatures: [{ keyid, sig: base64(signed.signature) }] };
}

/**
 * The exact bytes that an envelope carries; nothing is verified here.
 * @throws {MemSyncError} `encoding_invalid` on another type, not exactly one signature, or base64 that is not the one spelling.
 */
export function parseEnvelope(payloadType: string, envelope: DsseEnvelope): SignedPayload {
  if (envelope.payloadType !== payloadType) throw new MemSyncError('encoding_invalid', `Expected an envelope of type ${payloadType}.`);
  const [only, ...more] = envelope.signatures;
  if (only === undefined || more.length > 0) throw new MemSyncError('encoding_invalid', 'Expected exactly one signature.');
  const signature = fromBase64(only.sig);
  if (signature.length !== 64) throw new MemSyncError('encoding_invalid', 'An Ed25519 signature has 64 bytes.');
  return { payload: fromBase64(envelope.payload), signature };
}
