import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMemSyncError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { equalJson, parseStrictJson } from '../../src/core/json.ts';

const refused = (text: string): void => {
  expect(() => parseStrictJson(text)).toThrow(expect.toSatisfy((error) => isMemSyncError(error, 'json_invalid')));
};

describe('JSON', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('has no key twice, wherever and however it is written', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.jsonValue(),
        fc.nat(),
        fc.boolean(),
        (object, other, pick, escaped) => {
          const keys = Object.keys(object);
          const again = JSON.stringify(keys[pick % keys.length]);
          const spelt =
            escaped && again.length > 2 && !again.includes('\\')
              ? `"\\u${again.charCodeAt(1).toString(16).padStart(4, '0')}${again.slice(2)}`
              : again;
          refused(`[[1],{"x":${JSON.stringify(object).slice(0, -1)},${spelt}:${JSON.stringify(other)}}}]`);
        },
      ),
    );
  });

  it('nests 64 deep and no deeper', () => {
    expect(parseStrictJson(`${'['.repeat(64)}${']'.repeat(64)}`)).toHaveLength(1);
    refused(`${'['.repeat(65)}${']'.repeat(65)}`);
    expect(parseStrictJson(JSON.stringify(Array.from({ length: 1000 }, () => [[['[[[[']]])))).toHaveLength(1000);
  });

  it.each(['', '{', '{"a":1', '[1,]', "{'a':1}", 'undefined', '{"a":1}{}', '"\u0001"', '01'])('is not %j', (text) => refused(text));

  it.each(['null', '1', '"x"', '"\\""', '"\\\\"', '{"a\\"b":":"}'])('is %j', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});

describe('two values of JSON', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, part]) => [key, shuffled(part)])
        .toReversed(),
    );
  };

  it('are the same whatever the order of keys, and only then', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (one, other) => {
        expect(equalJson(one, shuffled(one))).toBe(true);
        expect(equalJson([one], [other])).toBe(canonicalJson([one]).toString() === canonicalJson([other]).toString());
      }),
    );
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: 1, b: 1 }, { a: 1 }],
    [[1, 2], [1]],
    [[1], [1, 2]],
    [[], {}],
    [{}, []],
    [{}, null],
    [null, {}],
    ['1', 1],
    [{ toString: 1 }, {}],
    [{}, { toString: 1 }],
    [JSON.parse('{"__proto__":1}'), { a: 1 }],
  ])('%j and %j are not', (one, other) => {
    expect(equalJson(one, other)).toBe(false);
  });
});
