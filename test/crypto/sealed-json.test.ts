import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBytes } from '../../src/crypto/aead.ts';
import { pad } from '../../src/crypto/padding.ts';
import { openJson, sealJson } from '../../src/crypto/sealed-json.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

describe('sealed JSON', () => {
  it('opens to what was sealed, and with any bit changed to nothing', () => {
    fc.assert(
      fc.property(bytesOf32, fc.jsonValue(), fc.uint8Array({ minLength: 1 }), anyBit, (bytes, value, ad, bit) => {
        const key = new Redacted(bytes);
        const sealed = sealJson(key, value, ad, systemRandom);
        // JSON has one nought.
        expect(openJson(key, sealed, ad)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(openJson(key, flipBit(sealed, bit.at(sealed)), ad)).toBeUndefined();
        expect(openJson(key, sealed, flipBit(ad, bit.at(ad)))).toBeUndefined();
        expect(openJson(new Redacted(flipBit(bytes, bit.at(bytes))), sealed, ad)).toBeUndefined();
      }),
    );
  });

  it('shows its size in steps alone', () => {
    const key = new Redacted(new Uint8Array(32));
    const sizes = ['', 'x', 'x'.repeat(100)].map((text) => sealJson(key, text, utf8('ad'), systemRandom).length);
    expect(new Set(sizes).size).toBe(1);
  });

  it('that a key holder sealed against the format is nothing', () => {
    const key = new Redacted(new Uint8Array(32));
    const sealed = (bytes: Uint8Array): Uint8Array => sealBytes(key, bytes, utf8('ad'), systemRandom);
    expect(openJson(key, sealed(pad(utf8('{"a":1}'))), utf8('ad'))).toEqual({ a: 1 });
    for (const bytes of [utf8('{"a":1}'), pad(utf8('{"a":1}x')), pad(Uint8Array.of(0xff)), pad(utf8('')), new Uint8Array(0)]) {
      expect(openJson(key, sealed(bytes), utf8('ad'))).toBeUndefined();
    }
  });
});
