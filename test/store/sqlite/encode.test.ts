import { expect, it } from 'vitest';
import {
  bytes,
  integer,
  optionalBytes,
  optionalInteger,
  optionalText,
  text,
  texts,
  tierNumber,
  tierOf,
} from '../../../src/store/sqlite/encode.ts';

it.each<[string, (value: unknown) => unknown, readonly unknown[]]>([
  ['bytes', bytes, ['text', 5, null, undefined]],
  ['bytes or null', optionalBytes, ['text', 5, undefined]],
  ['an integer', integer, ['5', 1.5, 2 ** 53, Number.NaN, null, undefined, Buffer.of(1)]],
  ['an integer or null', optionalInteger, ['5', 1.5, undefined]],
  ['text', text, [5, null, Buffer.from('text'), undefined]],
  ['text or null', optionalText, [5, Buffer.from('text'), undefined]],
  ['a list of texts', texts, ['["a"', '{}', '[1]', '"a"', null, 5]],
  ['a tier', tierOf, ['active', null, 0.5]],
])('takes nothing but %s', (_, decode, wrong) => {
  for (const value of wrong) expect(() => decode(value), String(value)).toThrow(expect.objectContaining({ code: 'store_failed' }));
});

it('reads a tier that is none as the stalest', () => {
  for (const tier of ['active', 'background', 'dormant'] as const) expect(tierOf(tierNumber(tier))).toBe(tier);
  expect([3, -1, 255].map(tierOf)).toEqual(['dormant', 'dormant', 'dormant']);
});

it('hands out plain bytes, and nulls where they may be', () => {
  expect(bytes(Buffer.of(1, 2)).constructor).toBe(Uint8Array);
  expect(bytes(Buffer.of(1, 2).subarray(1))).toEqual(new Uint8Array([2]));
  expect([optionalBytes(null), optionalInteger(null), optionalText(null)]).toEqual([null, null, null]);
  expect(texts('["a","é"]')).toEqual(['a', 'é']);
});
