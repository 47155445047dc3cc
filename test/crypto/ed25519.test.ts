import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { signBytes, signingKeyFromSeed, verifyBytes } from '../../src/crypto/ed25519.ts';
import { cctv, wycheproof } from '../support/ed25519-vectors.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

const seeds = bytesOf32.map((bytes) => new Redacted(bytes));
const messages = fc.uint8Array({ maxLength: 300 });

describe('signatures', () => {
  it('are RFC 8032’s, to the byte', () => {
    const key = signingKeyFromSeed(new Redacted(fromHex('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7')));
    expect(hex(key.publicKey)).toBe('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025');
    expect(hex(signBytes(key, fromHex('af82')))).toBe(
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    );
  });

  it('verify, and with any bit of key, message or signature changed do not', () => {
    fc.assert(
      fc.property(seeds, messages, anyBit, (seed, message, bit) => {
        const key = signingKeyFromSeed(seed);
        const signature = signBytes(key, message);
        expect(verifyBytes(key.publicKey, message, signature)).toBe(true);
        expect(verifyBytes(key.publicKey, message, flipBit(signature, bit.at(signature)))).toBe(false);
        expect(verifyBytes(flipBit(key.publicKey, bit.at(key.publicKey)), message, signature)).toBe(false);
        if (message.length > 0) expect(verifyBytes(key.publicKey, flipBit(message, bit.at(message)), signature)).toBe(false);
      }),
    );
  });

  it('of wrong lengths are a plain no', () => {
    const key = signingKeyFromSeed(new Redacted(new Uint8Array(32).fill(1)));
    const signature = signBytes(key, utf8('x'));
    for (const bent of [signature.slice(0, 63), new Uint8Array(0), new Uint8Array(65)])
      expect(verifyBytes(key.publicKey, utf8('x'), bent)).toBe(false);
    for (const bent of [key.publicKey.slice(1), new Uint8Array(0), new Uint8Array(33)])
      expect(verifyBytes(bent, utf8('x'), signature)).toBe(false);
  });
});

// Wycheproof and libsodium's strict check agree on every vector, so its expectations are taken as they are.
describe.skipIf(wycheproof === null)('Wycheproof’s signatures', () => {
  const tests = (wycheproof?.testGroups ?? []).flatMap(({ publicKey, tests }) => tests.map((test) => ({ ...test, key: publicKey.pk })));

  it('are all there', () => {
    expect(tests).toHaveLength(wycheproof?.numberOfTests ?? 0);
    expect(tests.filter(({ result }) => result === 'valid').length).toBeGreaterThan(50);
    expect(tests.filter(({ result }) => result === 'invalid').length).toBeGreaterThan(50);
  });

  it.each(tests)('number $tcId ($flags) is $result', ({ key, msg, sig, result }) => {
    expect(verifyBytes(fromHex(key), fromHex(msg), fromHex(sig))).toBe(result === 'valid');
  });
});

/**
 * CCTV has no expectations, only what is odd about each signature; verifiers are right to differ. We admit exactly what libsodium's strict
 * check does: these are its reasons, and RFC 8032's or ZIP215's where they would say yes.
 */
const REFUSED: Readonly<Record<string, string>> = {
  low_order_A:
    'The key is one of the eight points of small order: one signature fits many messages, so it says nothing. ZIP215 and RFC 8032 admit it.',
  low_order_R: 'R is of small order: no signer who draws R as RFC 8032 says ever makes one. ZIP215 and RFC 8032 admit it.',
  low_order_residue:
    'The equation holds only once multiplied by the cofactor eight: verifiers that do (ZIP215, RFC 8032’s first form) and that do not would differ.',
  non_canonical_A: 'The key is not the one spelling of its point: one key would have two names. ZIP215 admits it, RFC 8032 does not.',
  non_canonical_R: 'R is not the one spelling of its point: one signature would have two forms. ZIP215 admits it, RFC 8032 does not.',
  reencoded_k: 'It verifies only where odd spellings are put right before they are hashed, which nobody should.',
};

/** What is odd and yet admitted: a key or an R with a part of small order, where the plain equation holds. All strict verifiers agree. */
const ADMITTED = new Set(['low_order_component_A', 'low_order_component_R']);

describe.skipIf(cctv === null)('CCTV’s signatures', () => {
  const vectors = (cctv ?? []).map((vector) => ({ ...vector, flags: vector.flags ?? [] }));
  const admitted = ({ key, msg, sig }: (typeof vectors)[number]): boolean => verifyBytes(fromHex(key), utf8(msg), fromHex(sig));

  it('have no oddity that is not known here', () => {
    const known = new Set([...Object.keys(REFUSED), ...ADMITTED]);
    expect(new Set(vectors.flatMap(({ flags }) => flags))).toEqual(known);
    expect(vectors).toHaveLength(914);
  });

  it.each(Object.entries(REFUSED))('with %s are refused: %s', (flag) => {
    const odd = vectors.filter(({ flags }) => flags.includes(flag));
    expect(odd.length).toBeGreaterThan(0);
    expect(odd.filter(admitted)).toEqual([]);
  });

  it('with none of that are admitted: the plain one, and 42 with a part of small order', () => {
    const plain = vectors.filter(({ flags }) => flags.every((flag) => ADMITTED.has(flag)));
    expect(plain).toHaveLength(43);
    expect(plain.filter((vector) => !admitted(vector))).toEqual([]);
  });
});
