import { DECISION_TYPE, DecisionPayload } from '../../schemas/decision.ts';
import type { Envelope } from '../../schemas/owner-event.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { canonicalJson, parseCanonicalJson } from '../crypto/canonical.ts';
import { type DsseEnvelope, encodeEnvelope, parseEnvelope, payloadVerifies, signPayload } from '../crypto/dsse.ts';
import type { SigningKey } from '../crypto/ed25519.ts';

/** A reviewer's decision, signed with their own key: a DSSE envelope whose `keyid` is the public key in hexadecimal. */
export function signDecision(key: SigningKey, payload: DecisionPayload): Envelope {
  const envelope = encodeEnvelope(DECISION_TYPE, hex(key.publicKey), signPayload(key, DECISION_TYPE, canonicalJson(payload)));
  return { ...envelope, signatures: [...envelope.signatures] };
}

/**
 * What a decision says, whoever has signed it. For one that was verified before.
 * @throws {MemSyncError} `decision_malformed` unless it is canonical JSON of a decision, in an envelope of that type with one signature
 */
export function readDecision(envelope: DsseEnvelope): DecisionPayload {
  return opened(envelope).payload;
}

/**
 * What a decision says, signed by the key that is handed in: 32 bytes, Ed25519.
 * @throws {MemSyncError} `decision_malformed`; `signature_invalid` where another has signed it, or it was altered
 */
export function verifyDecision(envelope: DsseEnvelope, publicKey: Uint8Array): DecisionPayload {
  const { payload, signed } = opened(envelope);
  if (decisionKey(envelope) !== hex(publicKey) || !payloadVerifies(publicKey, DECISION_TYPE, signed))
    throw new MemSyncError('signature_invalid', 'The decision is not signed by the key of the reviewer whom it names.');
  return payload;
}

/** The key that a decision says it is signed by, 64 hexadecimal digits. */
export function decisionKey({ signatures }: DsseEnvelope): string {
  return signatures[0]?.keyid ?? '';
}

function opened(envelope: DsseEnvelope): { payload: DecisionPayload; signed: ReturnType<typeof parseEnvelope> } {
  const signed = parsed(() => parseEnvelope(DECISION_TYPE, envelope));
  const { data, error } = DecisionPayload.safeParse(parsed(() => parseCanonicalJson(signed.payload)));
  if (error !== undefined) {
    const at = error.issues[0]?.path.join('/') ?? '';
    throw new MemSyncError('decision_malformed', `The decision does not fit its schema${at === '' ? '' : `, at ${at}`}.`, { cause: error });
  }
  return { payload: data, signed };
}

function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new MemSyncError('decision_malformed', `A decision is canonical JSON in an envelope of type ${DECISION_TYPE}, signed once.`, {
      cause,
    });
  }
}
