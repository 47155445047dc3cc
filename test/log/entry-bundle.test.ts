import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import { cutEntryBundle, encodeEntryBundle, parseEntryBundle } from '../../src/log/entry-bundle.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });
const entries = fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 256 });

describe('entry bundles', () => {
  it('put two bytes of length before each entry', () => {
    expect(hex(encodeEntryBundle([utf8('ab'), new Uint8Array(0), new Uint8Array(258)]))).toBe(`0002616200000102${'00'.repeat(258)}`);
  });

  it('round-trip, and grow by appending', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (all, cut) => {
        const bundle = encodeEntryBundle(all);
        expect(parseEntryBundle(bundle).map(hex)).toEqual(all.map(hex));
        const width = 1 + (cut % all.length);
        expect(hex(cutEntryBundle(bundle, width))).toBe(hex(encodeEntryBundle(all.slice(0, width))));
        const later = all.slice(width).map((entry) => encodeEntryBundle([entry]));
        expect(hex(concat(encodeEntryBundle(all.slice(0, width)), ...later))).toBe(hex(bundle));
      }),
    );
  });

  it('carry the longest entry, and none longer', () => {
    expect(parseEntryBundle(encodeEntryBundle([new Uint8Array(65_535)]))[0]?.length).toBe(65_535);
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow(refused);
  });

  it('hold 1 to 256 entries', () => {
    const full = Array.from({ length: 256 }, () => Uint8Array.of(7));
    expect(parseEntryBundle(encodeEntryBundle(full)).length).toBe(256);
    expect(() => encodeEntryBundle([])).toThrow(refused);
    expect(() => encodeEntryBundle([...full, Uint8Array.of(7)])).toThrow(refused);
    expect(() => parseEntryBundle(new Uint8Array(0))).toThrow(malformed);
    expect(() => parseEntryBundle(concat(encodeEntryBundle(full), Uint8Array.of(0, 1, 7)))).toThrow(malformed);
  });

  it.each(['00', '0001', '000261', '00016100', '0001610002ff'])('refuses %s, which is cut short', (text) => {
    expect(() => parseEntryBundle(fromHex(text))).toThrow(malformed);
  });

  it('cannot be cut to more than they hold', () => {
    expect(() => cutEntryBundle(encodeEntryBundle([utf8('a')]), 2)).toThrow(malformed);
  });
});
