import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/core/bytes.ts';
import { pad, paddedLength, unpad } from '../../src/crypto/padding.ts';

const badEncoding = expect.objectContaining({ code: 'encoding_invalid' });

/** Padmé over whole numbers: the last bits of a length are zero, all but as many as its exponent takes to write. */
function slowLength(length: number): number {
  const least = length + 1;
  if (least <= 1024) return Math.ceil(least / 128) * 128;
  const exponent = 31 - Math.clz32(least);
  const bits = 32 - Math.clz32(exponent);
  const step = 1 << (exponent - bits);
  return Math.ceil(least / step) * step;
}

describe('the padded length', () => {
  it('is one of few: 128 to 1,024 by 128, then Padmé’s', () => {
    const sizes = new Set(Array.from({ length: 20_000 }, (_, length) => paddedLength(length)));
    const small = [...sizes].filter((size) => size <= 1024);
    expect(small).toEqual([128, 256, 384, 512, 640, 768, 896, 1024]);
    expect([...sizes].filter((size) => size > 1024 && size <= 2048)).toEqual(Array.from({ length: 16 }, (_, i) => 1088 + 64 * i));
    expect(sizes.size).toBeLessThan(100);
  });

  it.each([
    [0, 128],
    [127, 128],
    [128, 256],
    [1023, 1024],
    [1024, 1088],
    [2047, 2048],
    [2048, 2176],
    [65_535, 65_536],
    [65_536, 67_584],
    [1_000_000, 1_015_808],
  ])('of %i is %i', (length, padded) => {
    expect(paddedLength(length)).toBe(padded);
  });

  it('has room for the mark, wastes at most an eighth past a kilobyte, and never falls', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 30 }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBe(slowLength(length));
        expect(padded).toBeGreaterThan(length);
        if (length >= 1024) expect(padded).toBeLessThanOrEqual((length + 1) * 1.125);
        expect(paddedLength(length + 1)).toBeGreaterThanOrEqual(padded);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('padding', () => {
  const texts = fc.uint8Array({ maxLength: 3000 });

  it('comes off as it went on', () => {
    fc.assert(
      fc.property(texts, (bytes) => {
        const padded = pad(bytes);
        expect(padded).toHaveLength(paddedLength(bytes.length));
        expect(unpad(padded)).toEqual(bytes);
      }),
    );
  });

  it('comes off bytes that look like padding themselves', () => {
    for (const bytes of [[0x80], [0], [0x80, 0, 0], [1, 0x80, 0x80], Array(127).fill(0) as number[]]) {
      expect([...unpad(pad(Uint8Array.from(bytes)))]).toEqual(bytes);
    }
  });

  it('of another length than the format’s is refused', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 600 }), (bytes, more) => {
        expect(() => unpad(concat(pad(bytes), new Uint8Array(more)))).toThrow(badEncoding);
      }),
    );
    expect(() => unpad(pad(new Uint8Array(10)).subarray(0, 64))).toThrow(badEncoding);
  });

  it('without its mark, or with another, is refused', () => {
    for (const bytes of [
      new Uint8Array(128),
      new Uint8Array(0),
      new Uint8Array(128).fill(0x81),
      Uint8Array.from({ length: 128 }, (_, i) => (i === 5 ? 1 : 0)),
    ]) {
      expect(() => unpad(bytes)).toThrow(badEncoding);
    }
  });

  it('is the same for every text of one step, but for where the mark stands', () => {
    expect(pad(new Uint8Array(0))).toHaveLength(pad(new Uint8Array(127)).length);
    expect([...pad(Uint8Array.of(7)).subarray(0, 3)]).toEqual([7, 0x80, 0]);
  });
});
