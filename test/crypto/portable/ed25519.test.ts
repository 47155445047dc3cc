import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../../../src/core/bytes.ts';
import { Redacted } from '../../../src/core/redacted.ts';
import * as native from '../../../src/crypto/ed25519.ts';
import * as portable from '../../../src/crypto/portable/ed25519.ts';
import { sha512 } from '@noble/hashes/sha2.js';
import { signatureCases } from '../../support/ed25519-vectors.ts';
import { anyBit, bytesOf32, flipBit } from '../../support/tamper.ts';

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const messages = fc.uint8Array({ maxLength: 100 });
const seeds = bytesOf32.map((bytes) => new Redacted(bytes));

type Given = readonly [publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array];

/** What both say of a signature, which has to be the same. */
function both(given: Given, what = ''): boolean {
  const admitted = native.verifyBytes(...given);
  expect(portable.verifyBytes(...given), what).toBe(admitted);
  return admitted;
}

const integer = (bytes: Uint8Array): bigint => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
const encoded = (value: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));

/** The eight points of small order: multiples of one of order eight. */
const torsion = (() => {
  for (let y = 0n; ; y += 1n) {
    try {
      const point = Point.fromBytes(encoded(y))
        .multiplyUnsafe(ORDER - 1n)
        .add(Point.fromBytes(encoded(y)));
      if (!point.double().double().is0()) return Array.from({ length: 8 }, (_, i) => point.multiplyUnsafe(BigInt(i)));
    } catch {
      continue;
    }
  }
})();

it('the room without Node has the names of the one with libsodium', () => {
  expect(Object.keys(portable).toSorted()).toEqual(Object.keys(native).toSorted());
});

it.skipIf(signatureCases().length === 0)('every published signature is admitted where libsodium admits it, and nowhere else', () => {
  const cases = signatureCases();
  const admitted = cases.filter(({ name, key, msg, sig }) => both([fromHex(key), fromHex(msg), fromHex(sig)], name));
  expect(cases.length).toBeGreaterThan(1000);
  expect(admitted.length).toBeGreaterThan(90);
  expect(admitted.length).toBeLessThan(cases.length / 2);
});

describe('keys and signatures', () => {
  it('are made alike, to the byte', () => {
    fc.assert(
      fc.property(seeds, messages, (seed, message) => {
        const [a, b] = [native.signingKeyFromSeed(seed), portable.signingKeyFromSeed(seed)];
        expect([b.publicKey, b.secretKey.reveal()]).toEqual([a.publicKey, a.secretKey.reveal()]);
        const signature = portable.signBytes(b, message);
        expect(signature).toEqual(native.signBytes(a, message));
        expect(both([a.publicKey, message, signature])).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('with any bit changed are refused by both', () => {
    fc.assert(
      fc.property(seeds, messages, anyBit, (seed, message, bit) => {
        const key = native.signingKeyFromSeed(seed);
        const signature = native.signBytes(key, message);
        expect(both([key.publicKey, message, flipBit(signature, bit.at(signature))])).toBe(false);
        expect(both([flipBit(key.publicKey, bit.at(key.publicKey)), message, signature])).toBe(false);
        if (message.length > 0) expect(both([key.publicKey, flipBit(message, bit.at(message)), signature])).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('of any bytes and any lengths are judged alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), messages, fc.uint8Array({ maxLength: 70 }), (key, message, signature) => {
        expect(both([key, message, signature])).toBe(false);
      }),
    );
    fc.assert(
      fc.property(bytesOf32, messages, bytesOf32, bytesOf32, (key, message, r, s) => {
        both([key, message, concat(r, s)]);
      }),
      { numRuns: 60 },
    );
  });

  it('with S made larger by the group’s order are refused by both', () => {
    const key = native.signingKeyFromSeed(new Redacted(new Uint8Array(32).fill(7)));
    const signature = native.signBytes(key, Uint8Array.of(1));
    const s = integer(signature.slice(32));
    for (let times = 1n; s + times * ORDER < 1n << 256n; times += 1n)
      expect(both([key.publicKey, Uint8Array.of(1), concat(signature.slice(0, 32), encoded(s + times * ORDER))])).toBe(false);
    expect(both([key.publicKey, Uint8Array.of(1), signature])).toBe(true);
  });
});

describe('points with a part of small order', () => {
  it('are eight', () => {
    expect(new Set(torsion.map((point) => point.toHex())).size).toBe(8);
  });

  it('are judged alike in key and in R, whatever the message', () => {
    const seen = new Set<boolean>();
    const scalar = fc.bigInt({ min: 1n, max: ORDER - 1n });
    fc.assert(
      fc.property(scalar, scalar, fc.nat(7), fc.nat(7), messages, (a, r, inKey, inR, message) => {
        const key = Point.BASE.multiply(a)
          .add(torsion[inKey] ?? Point.ZERO)
          .toBytes();
        const pointR = Point.BASE.multiply(r)
          .add(torsion[inR] ?? Point.ZERO)
          .toBytes();
        const k = integer(sha512(concat(pointR, key, message))) % ORDER;
        seen.add(both([key, message, concat(pointR, encoded((r + k * a) % ORDER))]));
      }),
      { numRuns: 150 },
    );
    // Both kinds are among them: where the plain equation holds by chance, and where it would only hold times eight.
    expect(seen).toEqual(new Set([true, false]));
  });

  it('alone as key or as R are refused by both, though the equation holds', () => {
    for (const key of torsion)
      for (const r of torsion) {
        for (let salt = 0; salt < 12; salt += 1) {
          const message = Uint8Array.of(salt);
          expect(both([key.toBytes(), message, concat(r.toBytes(), new Uint8Array(32))])).toBe(false);
        }
      }
    for (const r of torsion) {
      const a = 12_345n;
      const key = Point.BASE.multiply(a).toBytes();
      const k = integer(sha512(concat(r.toBytes(), key))) % ORDER;
      expect(both([key, new Uint8Array(0), concat(r.toBytes(), encoded((k * a) % ORDER))])).toBe(false);
    }
  });
});
