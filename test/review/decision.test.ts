import { expect, it } from 'vitest';
import { DECISION_TYPE, type DecisionPayload } from '../../schemas/decision.ts';
import type { Envelope } from '../../schemas/owner-event.ts';
import { base64, fromBase64, fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { encodeEnvelope, signPayload } from '../../src/crypto/dsse.ts';
import { readDecision, signDecision, verifyDecision } from '../../src/review/decision.ts';
import { gateOf } from './samples.ts';
import { keyOf, PaperDesk } from './service.ts';

const key = keyOf(1);
const payload: DecisionPayload = new PaperDesk(gateOf({ claim: 'settlement' })).payload({ decision: 'hold', reviewer: 1 });
const signed: Envelope = signDecision(key, payload);

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const refused = (envelope: Envelope, by = key): unknown => codeOf(() => verifyDecision(envelope, by.publicKey));
/** Those very bytes, signed as they are. */
function exactly(written: string, payloadType: string = DECISION_TYPE): Envelope {
  const { payload: bytes, signatures } = encodeEnvelope(payloadType, hex(key.publicKey), signPayload(key, payloadType, utf8(written)));
  return { payloadType, payload: bytes, signatures: [...signatures] };
}
const text = fromUtf8(fromBase64(signed.payload));

it('comes back as it was signed, by the key that signed it', () => {
  expect(verifyDecision(signed, key.publicKey)).toEqual(payload);
  expect(readDecision(signed)).toEqual(payload);
  expect(signed.signatures[0]?.keyid).toBe(hex(key.publicKey));
  expect(JSON.parse(text)).toEqual(payload);
});

it('holds under no other key, and not when anything of it was altered', () => {
  expect(refused(signed, keyOf(2))).toMatchObject({ code: 'signature_invalid' });
  const altered = { ...signed, payload: base64(utf8(text.replace('"hold"', '"clear"'))) };
  expect(readDecision(altered).decision).toBe('clear');
  expect(refused(altered)).toMatchObject({ code: 'signature_invalid' });
  const [signature] = signed.signatures;
  if (signature === undefined) throw new Error('signed once');
  expect(refused({ ...signed, signatures: [{ ...signature, keyid: hex(keyOf(2).publicKey) }] })).toMatchObject({
    code: 'signature_invalid',
  });
  const bytes = fromBase64(signature.sig);
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  expect(refused({ ...signed, signatures: [{ ...signature, sig: base64(bytes) }] })).toMatchObject({ code: 'signature_invalid' });
});

it.each<[string, () => Envelope]>([
  ['spelt with white space', () => exactly(` ${text}`)],
  ['with keys in another order', () => exactly(JSON.stringify(payload))],
  ['with one key twice', () => exactly(text.replace('{', '{"case":"x",'))],
  ['with a field of its own', () => exactly(text.replace('"signedAt"', '"sign":1,"signedAt"'))],
  ['without its reason', () => exactly(text.replace(/"reason":"[^"]*",/, ''))],
  ['of another type', () => exactly(text, 'application/vnd.memsync.event.v1+json')],
  ['signed twice', () => ({ ...signed, signatures: [...signed.signatures, ...signed.signatures] })],
  ['signed by nobody', () => ({ ...signed, signatures: [] })],
  ['that is no JSON', () => exactly('decided')],
])('is refused %s, whoever has signed it', (_, made) => {
  expect(refused(made())).toMatchObject({ code: 'decision_malformed' });
  expect(codeOf(() => readDecision(made()))).toMatchObject({ code: 'decision_malformed' });
});
