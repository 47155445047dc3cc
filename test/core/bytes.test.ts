import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64,
  concat,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  hex,
  lengthPrefixed,
  LengthPrefixedReader,
  readU64be,
  u32be,
  u64be,
  utf8,
} from '../../src/core/bytes.ts';

const badEncoding = expect.objectContaining({ code: 'encoding_invalid' });
const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });

describe('text', () => {
  it('comes back from UTF-8 as it went in, a byte order mark too', () => {
    const text = fc.string({ unit: 'binary', maxLength: 100 });
    fc.assert(
      fc.property(text, (given) => {
        expect(fromUtf8(utf8(given))).toBe(given);
        expect(fromUtf8(utf8(`\ufeff${given}`))).toBe(`\ufeff${given}`);
      }),
    );
  });

  it('with a lone surrogate has no bytes', () => {
    for (const text of ['\ud800', 'a\udfffb', '\udc00\ud800', '\ud83dx']) {
      expect(() => utf8(text)).toThrow(expect.objectContaining({ code: 'text_not_unicode' }));
    }
    expect(hex(utf8('\ud83d\ude00'))).toBe('f09f9880');
  });

  it('is refused where the bytes are not UTF-8: cut, overlong, a surrogate, past the last character', () => {
    for (const bytes of ['c3', 'f09f98', 'c080', 'e08080', 'eda080', 'f4908080', 'ff', '80']) {
      expect(() => fromUtf8(fromHex(bytes)), bytes).toThrow(badEncoding);
    }
  });
});

describe('numbers', () => {
  it('are big-endian', () => {
    expect(hex(u32be(0x01020304))).toBe('01020304');
    expect(hex(u32be(0xffff_fffe))).toBe('fffffffe');
    expect(hex(u64be(0x01020304_0506))).toBe('0000010203040506');
  });

  it('of 64 bits come back from any offset', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ maxLength: 20 }), (value, before) => {
        expect(readU64be(concat(before, u64be(value)), before.length)).toBe(value);
      }),
    );
  });

  it('of 64 bits are read within a view, not within its buffer', () => {
    const whole = concat(Uint8Array.of(1, 1, 1), u64be(7), Uint8Array.of(9));
    expect(readU64be(whole.subarray(3, 11), 0)).toBe(7);
    expect(() => readU64be(whole.subarray(3, 10), 0)).toThrow(badEncoding);
    expect(() => readU64be(whole.subarray(3, 11), -3)).toThrow(badEncoding);
  });

  it('past what JavaScript counts exactly are refused', () => {
    expect(readU64be(fromHex('001fffffffffffff'), 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => readU64be(fromHex('0020000000000000'), 0)).toThrow(badEncoding);
    expect(() => readU64be(fromHex('ffffffffffffffff'), 0)).toThrow(badEncoding);
  });
});

describe('length-prefixed parts', () => {
  it('are a length of four bytes and the part, each', () => {
    expect(hex(lengthPrefixed(utf8('ab'), new Uint8Array(0), utf8('c')))).toBe('000000026162000000000000000163');
  });

  it('are read back in order, and nothing is left', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const reader = new LengthPrefixedReader(lengthPrefixed(...given));
        for (const part of given) expect(equalBytes(reader.next(), part)).toBe(true);
        reader.end();
      }),
    );
  });

  it('of two different lists never have the same bytes', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = a.length === b.length && a.every((part, i) => equalBytes(part, b[i] ?? new Uint8Array(0)));
        expect(equalBytes(lengthPrefixed(...a), lengthPrefixed(...b))).toBe(same);
      }),
    );
    // Where a boundary moves, plain joining would not tell.
    expect(equalBytes(lengthPrefixed(utf8('ab'), utf8('c')), lengthPrefixed(utf8('a'), utf8('bc')))).toBe(false);
  });

  it('cut anywhere, or with a byte too many, are refused', () => {
    const whole = lengthPrefixed(utf8('first'), utf8(''), utf8('third'));
    const readAll = (bytes: Uint8Array): void => {
      const reader = new LengthPrefixedReader(bytes);
      for (let i = 0; i < 3; i++) reader.next();
      reader.end();
    };
    expect(() => readAll(whole)).not.toThrow();
    for (let length = 0; length < whole.length; length++) expect(() => readAll(whole.slice(0, length))).toThrow(badEncoding);
    expect(() => readAll(concat(whole, Uint8Array.of(0)))).toThrow(badEncoding);
  });

  it('claiming four gigabytes are refused, not allocated', () => {
    expect(() => new LengthPrefixedReader(fromHex('ffffffff00')).next()).toThrow(badEncoding);
  });

  it('are read from an offset and within a view', () => {
    const whole = concat(Uint8Array.of(9), lengthPrefixed(utf8('x')), Uint8Array.of(9));
    const reader = new LengthPrefixedReader(whole.subarray(0, 6), 1);
    expect(fromUtf8(reader.next())).toBe('x');
    expect(() => reader.end()).not.toThrow();
  });
});

describe('spellings', () => {
  it('in hexadecimal and base64 come back as they went in, from a view too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const view = concat(Uint8Array.of(7), bytes, Uint8Array.of(7)).subarray(1, -1);
        expect(fromHex(hex(view))).toEqual(bytes);
        expect(fromBase64(base64(view))).toEqual(bytes);
        expect(base64(view)).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
  });

  it('are one only: hexadecimal in lower case and whole', () => {
    for (const text of ['A0', 'a', 'g0', '0x00', ' 00', '00 ', '00\n', 'é']) expect(() => fromHex(text), text).toThrow(badEncoding);
  });

  it('are one only: base64 standard, padded, without stray bits or space', () => {
    for (const text of ['QQ', 'QQ=', 'QR==', 'Q', '-_-_', 'QUI', 'QUJD\n', ' QUJD', 'QU JD', 'QQ==QQ==', '=', '\u00e9===']) {
      expect(() => fromBase64(text), text).toThrow(badEncoding);
    }
  });

  it('any other spelling of the same bytes is refused', () => {
    fc.assert(
      fc.property(fc.base64String({ maxLength: 40 }), fc.nat(), fc.constantFrom('', ' ', '=', '-', 'A', '\n'), (text, seed, put) => {
        const at = seed % (text.length + 1);
        const bent = text.slice(0, at) + put + text.slice(at + 1);
        let bytes: Uint8Array | null = null;
        try {
          bytes = fromBase64(bent);
        } catch (error) {
          expect(error).toEqual(badEncoding);
        }
        if (bytes !== null) expect(base64(bytes)).toBe(bent);
      }),
    );
  });
});

it('bytes are equal when length and each byte are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ maxLength: 8 }), (a, b) => {
      expect(equalBytes(a, b)).toBe(hex(a) === hex(b));
      expect(equalBytes(a, a.slice())).toBe(true);
    }),
  );
});

it('joining copies: changing a part afterwards changes nothing', () => {
  const part = Uint8Array.of(1, 2);
  const joined = concat(part, Uint8Array.of(3));
  part.fill(0);
  expect([...joined]).toEqual([1, 2, 3]);
});
