import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { NONCE_BYTES, openBytes, openWithNonce, SEAL_OVERHEAD, sealBytes } from '../../src/crypto/aead.ts';
import { publishedVectors } from '../support/published.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number;
      readonly flags: readonly string[];
      readonly key: string;
      readonly iv: string;
      readonly aad: string;
      readonly msg: string;
      readonly ct: string;
      readonly tag: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

const wycheproof = publishedVectors('wycheproof/testvectors_v1/xchacha20_poly1305_test.json', (value) => value as Wycheproof);

const plaintexts = fc.uint8Array({ maxLength: 300 });

describe('sealed bytes', () => {
  it('open to what was sealed, and are as much longer as is said', () => {
    fc.assert(
      fc.property(bytesOf32, plaintexts, plaintexts, (key, plain, ad) => {
        const sealed = sealBytes(new Redacted(key), plain, ad, systemRandom);
        expect(sealed).toHaveLength(plain.length + SEAL_OVERHEAD);
        expect(openBytes(new Redacted(key), sealed, ad)).toEqual(plain);
      }),
    );
  });

  it('with any bit of them, of the key or of the associated data changed are null', () => {
    fc.assert(
      fc.property(bytesOf32, plaintexts, fc.uint8Array({ minLength: 1, maxLength: 60 }), anyBit, (key, plain, ad, bit) => {
        const sealed = sealBytes(new Redacted(key), plain, ad, systemRandom);
        expect(openBytes(new Redacted(key), flipBit(sealed, bit.at(sealed)), ad)).toBeNull();
        expect(openBytes(new Redacted(flipBit(key, bit.at(key))), sealed, ad)).toBeNull();
        expect(openBytes(new Redacted(key), sealed, flipBit(ad, bit.at(ad)))).toBeNull();
      }),
    );
  });

  it('cut or lengthened anywhere are null', () => {
    const key = new Redacted(systemRandom.bytes(32));
    const sealed = sealBytes(key, utf8('to be cut'), utf8('ad'), systemRandom);
    for (let length = 0; length < sealed.length; length++) expect(openBytes(key, sealed.slice(0, length), utf8('ad'))).toBeNull();
    expect(openBytes(key, concat(sealed, Uint8Array.of(0)), utf8('ad'))).toBeNull();
    expect(openBytes(key, sealed, utf8('ad'))).toEqual(utf8('to be cut'));
  });

  it('do not open where bytes moved between associated data and text', () => {
    const key = new Redacted(systemRandom.bytes(32));
    const sealed = sealBytes(key, utf8('text'), utf8('ad'), systemRandom);
    expect(openBytes(key, sealed, new Uint8Array(0))).toBeNull();
  });

  it('have a nonce of their own each time', () => {
    const key = new Redacted(new Uint8Array(32));
    const nonces = Array.from({ length: 2000 }, () =>
      hex(sealBytes(key, new Uint8Array(0), new Uint8Array(0), systemRandom).subarray(0, NONCE_BYTES)),
    );
    expect(new Set(nonces).size).toBe(2000);
  });

  it('are not opened with a key of another length', () => {
    const sealed = sealBytes(new Redacted(new Uint8Array(32)), utf8('x'), utf8(''), systemRandom);
    expect(openBytes(new Redacted(new Uint8Array(31)), sealed, utf8(''))).toBeNull();
  });
});

// Libsodium agrees with every expectation, so they are taken as they are. Nonces of other sizes are refused there and here.
describe.skipIf(wycheproof === null)('Wycheproof’s XChaCha20-Poly1305', () => {
  const tests = (wycheproof?.testGroups ?? []).flatMap((group) => group.tests);

  it('is all there', () => {
    expect(tests).toHaveLength(wycheproof?.numberOfTests ?? 0);
    expect(tests.filter(({ result }) => result === 'invalid').length).toBeGreaterThan(50);
  });

  it.each(tests)('number $tcId ($flags) is $result', ({ key, iv, aad, msg, ct, tag, result }) => {
    const opened = openWithNonce(fromHex(key), fromHex(iv), fromHex(ct + tag), fromHex(aad));
    expect(opened === null ? null : hex(opened)).toBe(result === 'valid' ? msg : null);
  });
});
