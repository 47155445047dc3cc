import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redacted } from '../../src/core/redacted.ts';
import { collectionKey } from '../../src/crypto/collection-key.ts';
import { openPart, sealPart, snapshotKey } from '../../src/crypto/snapshot-seal.ts';
import { hex } from '../../src/core/bytes.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

const NAME = { vault: 'ab'.repeat(32), collection: `col_${'1'.repeat(32)}`, epoch: 1 };
const keyOf = (bytes: Uint8Array, name = NAME) => collectionKey(name, new Redacted(bytes.slice()));

describe('the key of a snapshot', () => {
  it('takes the collection’s key and name, the service’s secret and the salt: any other gives another', () => {
    fc.assert(
      fc.property(bytesOf32, bytesOf32, bytesOf32, anyBit, (key, secret, salt, bit) => {
        const made = (k = key, s = secret, x = salt, name = NAME): string =>
          hex(snapshotKey(keyOf(k, name), new Redacted(s.slice()), x).reveal());
        expect(made()).toBe(made());
        const others = [
          made(flipBit(key, bit.at(key))),
          made(key, flipBit(secret, bit.at(secret))),
          made(key, secret, flipBit(salt, bit.at(salt))),
          made(key, secret, salt, { ...NAME, vault: 'cd'.repeat(32) }),
          made(key, secret, salt, { ...NAME, collection: `col_${'2'.repeat(32)}` }),
          made(key, secret, salt, { ...NAME, epoch: 2 }),
        ];
        expect(new Set([made(), ...others]).size).toBe(7);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a part of a snapshot', () => {
  it('opens to what was sealed, and to nothing else once anything is bent', () => {
    fc.assert(
      fc.property(
        bytesOf32,
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(1000),
        anyBit,
        (k, clear, ad, part, bit) => {
          const key = new Redacted(k);
          const sealed = sealPart(key, part, clear, ad);
          const into = new Uint8Array(clear.length);
          expect(openPart(key, part, sealed, ad, into)).toBe(true);
          expect(into).toEqual(clear);
          const bent: [Redacted, number, Uint8Array, Uint8Array, number][] = [
            [new Redacted(flipBit(k, bit.at(k))), part, sealed, ad, clear.length],
            [key, part + 1, sealed, ad, clear.length],
            [key, part, flipBit(sealed, bit.at(sealed)), ad, clear.length],
            [key, part, sealed, Uint8Array.of(...ad, 0), clear.length],
            [key, part, sealed, ad, clear.length + 1],
            [key, part, sealed.subarray(1), ad, clear.length],
          ];
          for (const [withKey, number, bytes, data, length] of bent) {
            const out = new Uint8Array(length);
            expect(openPart(withKey, number, bytes, data, out)).toBe(false);
            expect(out.every((byte) => byte === 0)).toBe(true);
          }
        },
      ),
    );
  });
});
