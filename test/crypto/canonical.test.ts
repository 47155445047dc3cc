import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { canonicalJson, parseCanonicalJson } from '../../src/crypto/canonical.ts';
import { publishedText } from '../support/published.ts';
import { flipBit, anyBit, thrownBy } from '../support/tamper.ts';

const NAMES = ['arrays', 'french', 'structures', 'unicode', 'values', 'weird'] as const;
const published = NAMES.map((name) => ({
  name,
  input: publishedText(`jcs/testdata/input/${name}.json`),
  output: publishedText(`jcs/testdata/output/${name}.json`),
}));

const badEncoding = expect.objectContaining({ code: 'encoding_invalid' });
const spelling = (value: unknown): string => fromUtf8(canonicalJson(value));

describe.skipIf(published.some(({ input, output }) => input === null || output === null))('RFC 8785’s test data', () => {
  it.each(published)('$name is written as published', ({ input, output }) => {
    expect(spelling(JSON.parse(input ?? ''))).toBe(output);
  });

  it.each(published)('$name is read in its canonical form, and in no other', ({ input, output }) => {
    expect(parseCanonicalJson(utf8(output ?? ''))).toEqual(JSON.parse(input ?? ''));
    expect(() => parseCanonicalJson(utf8(input ?? ''))).toThrow(badEncoding);
    expect(() => parseCanonicalJson(utf8(`${output ?? ''}\n`))).toThrow(badEncoding);
  });
});

describe('canonical JSON', () => {
  const values = fc.jsonValue({ stringUnit: 'binary' }).filter((value) => JSON.stringify(value).isWellFormed());

  it('comes back as the value that went in, and each value has one spelling', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = canonicalJson(value);
        expect(JSON.stringify(parseCanonicalJson(bytes))).toBe(fromUtf8(canonicalJson(parseCanonicalJson(bytes))));
        expect(equalBytes(canonicalJson(JSON.parse(fromUtf8(bytes))), bytes)).toBe(true);
      }),
    );
  });

  it('is what the reference implementation writes, whatever the order of keys', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(spelling(value)).toBe(canonicalize(value));
        expect(spelling(JSON.parse(spelling(value)))).toBe(canonicalize(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on the order in which keys were put in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), fc.integer()), { selector: ([key]) => key }), (entries) => {
        expect(spelling(Object.fromEntries(entries))).toBe(spelling(Object.fromEntries(entries.toReversed())));
      }),
    );
  });

  it('with a bit changed is other canonical JSON or refused, never the same value', () => {
    fc.assert(
      fc.property(values, anyBit, (value, bit) => {
        const bytes = canonicalJson(value);
        const bent = flipBit(bytes, bit.at(bytes));
        const error = thrownBy(() => parseCanonicalJson(bent));
        if (error === null) expect(spelling(parseCanonicalJson(bent))).not.toBe(fromUtf8(bytes));
        else expect(error).toEqual(badEncoding);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice, spelt in two ways', '{"a":1,"\\u0061":1}'],
    ['keys out of order', '{"b":1,"a":1}'],
    ['white space', '{"a": 1}'],
    ['a line end', '{"a":1}\n'],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['a number with a point for nothing', '[1.0]'],
    ['a number with an exponent for nothing', '[1e2]'],
    ['minus nothing', '[-0]'],
    ['a number that doubles do not hold', '[9007199254740993]'],
    ['a number past all doubles', '[1e400]'],
    ['an escape for nothing', '["\\u0061"]'],
    ['a lone surrogate', '["\\ud800"]'],
    ['an upper-case escape', '["\\u001F"]'],
    ['half of it', '{"a":'],
    ['nothing', ''],
    ['two values', '1 2'],
  ])('with %s is refused', (_what, text) => {
    expect(() => parseCanonicalJson(utf8(text))).toThrow(badEncoding);
  });

  it('in bytes that are not UTF-8 is refused', () => {
    expect(() => parseCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(badEncoding);
  });

  it('nested past reason is refused, not a crash', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const error = thrownBy(() => parseCanonicalJson(utf8(deep)));
    if (error === null) expect(fromUtf8(canonicalJson(JSON.parse(deep)))).toBe(deep);
    else expect(error).toEqual(badEncoding);
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['not a number', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a big integer', { a: 1n }],
  ])('has no form for %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(badEncoding);
  });

  it('has no form for a circle', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => canonicalJson(circle)).toThrow(badEncoding);
  });

  it('refuses lone surrogates in values and in keys', () => {
    expect(() => canonicalJson(['\ud800'])).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(?:text_not_unicode|encoding_invalid)$/) }),
    );
    expect(() => canonicalJson({ '\udc00': 1 })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(?:text_not_unicode|encoding_invalid)$/) }),
    );
  });

  it('keeps a key that JavaScript has its own thoughts about', () => {
    expect(spelling(JSON.parse('{"__proto__":{"a":1},"constructor":2}'))).toBe('{"__proto__":{"a":1},"constructor":2}');
    expect(Object.keys(parseCanonicalJson(utf8('{"__proto__":1}')) as object)).toEqual(['__proto__']);
  });
});
