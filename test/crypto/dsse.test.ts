import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { encodeEnvelope, parseEnvelope, payloadVerifies, preAuthEncoding, signPayload } from '../../src/crypto/dsse.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

const TYPE = 'application/vnd.example+json';
const badEncoding = expect.objectContaining({ code: 'encoding_invalid' });
const payloads = fc.uint8Array({ maxLength: 200 });
const key = signingKeyFromSeed(new Redacted(new Uint8Array(32).fill(5)));

describe('the bytes that are signed', () => {
  it('are the DSSE protocol’s own example', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'));
    expect(fromUtf8(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('count bytes, not characters', () => {
    expect(fromUtf8(preAuthEncoding('tÿpe', utf8('né')))).toBe('DSSEv1 5 tÿpe 3 né');
  });

  it('differ for every type and payload', () => {
    const types = fc.string({ unit: fc.constantFrom('a', ' ', '1', '/'), maxLength: 6 });
    fc.assert(
      fc.property(types, types, payloads, payloads, (type1, type2, a, b) => {
        const same = type1 === type2 && hex(a) === hex(b);
        expect(hex(preAuthEncoding(type1, a)) === hex(preAuthEncoding(type2, b))).toBe(same);
      }),
    );
  });
});

describe('a signed payload', () => {
  it('verifies after its envelope as before, byte for byte', () => {
    fc.assert(
      fc.property(bytesOf32, payloads, (seed, payload) => {
        const signer = signingKeyFromSeed(new Redacted(seed));
        const parsed = parseEnvelope(TYPE, encodeEnvelope(TYPE, 'k', signPayload(signer, TYPE, payload)));
        expect(parsed.payload).toEqual(payload);
        expect(payloadVerifies(signer.publicKey, TYPE, parsed)).toBe(true);
      }),
    );
  });

  it('does not verify with any bit changed, or as another type', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), anyBit, (payload, bit) => {
        const signed = signPayload(key, TYPE, payload);
        expect(payloadVerifies(key.publicKey, TYPE, { ...signed, payload: flipBit(payload, bit.at(payload)) })).toBe(false);
        expect(payloadVerifies(key.publicKey, TYPE, { ...signed, signature: flipBit(signed.signature, bit.at(signed.signature)) })).toBe(
          false,
        );
        expect(payloadVerifies(key.publicKey, `${TYPE} `, signed)).toBe(false);
      }),
    );
  });
});

describe('an envelope', () => {
  const envelope = encodeEnvelope(TYPE, 'k', signPayload(key, TYPE, utf8('payload')));
  const [signature] = envelope.signatures;
  const sig = signature?.sig ?? '';

  it.each([
    ['another type', { ...envelope, payloadType: 'application/json' }],
    ['no signature', { ...envelope, signatures: [] }],
    ['two signatures', { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }],
    ['a signature cut short', { ...envelope, signatures: [{ keyid: 'k', sig: base64(new Uint8Array(63)) }] }],
    ['a signature in another spelling', { ...envelope, signatures: [{ keyid: 'k', sig: sig.replace(/==$/, '') }] }],
    ['a payload in another spelling', { ...envelope, payload: `${envelope.payload}\n` }],
    ['a payload in the alphabet of URLs', { ...envelope, payload: '-_-_' }],
  ])('with %s is refused', (_what, bent) => {
    expect(() => parseEnvelope(TYPE, bent)).toThrow(badEncoding);
  });
});
