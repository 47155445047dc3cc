import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../src/core/instant.ts';
import { readForeignDate } from '../../../src/sdk/transfer/foreign-date.ts';

const iso = (value: unknown): string | null => {
  const instant = readForeignDate(value);
  return instant === null ? null : formatInstant(instant);
};

describe('another product’s date', () => {
  it.each([
    ['2024-01-31', '2024-01-31T00:00:00.000Z'],
    ['2024-01-31T10:20:30Z', '2024-01-31T10:20:30.000Z'],
    ['2024-01-31T10:20:30', '2024-01-31T10:20:30.000Z'],
    ['2024-01-31T10:20', '2024-01-31T10:20:00.000Z'],
    ['2024-01-31 10:20:30.5', '2024-01-31T10:20:30.500Z'],
    ['2024-01-31 10:20:30,25 UTC', '2024-01-31T10:20:30.250Z'],
    ['2024-01-31T10:20:30.999999999+02:00', '2024-01-31T08:20:30.999Z'],
    ['2024-01-31T10:20:30-0730', '2024-01-31T17:50:30.000Z'],
    ['2024-01-31 10:20:30.123456+00', '2024-01-31T10:20:30.123Z'],
    ['  2024-02-29 ', '2024-02-29T00:00:00.000Z'],
    [1_706_696_430, '2024-01-31T10:20:30.000Z'],
    [1_706_696_430.9996, '2024-01-31T10:20:30.999Z'],
    [1_706_696_430_123, '2024-01-31T10:20:30.123Z'],
    ['1706696430', '2024-01-31T10:20:30.000Z'],
    ['1706696430123', '2024-01-31T10:20:30.123Z'],
    ['1706696430.5', '2024-01-31T10:20:30.500Z'],
    [100_000_000, '1973-03-03T09:46:40.000Z'],
    [99_999_999_999, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
  ])('%s is %s', (value, expected) => expect(iso(value)).toBe(expected));

  it.each([
    '',
    'yesterday',
    'Monday',
    '31.01.2024',
    '01/02/2024',
    '2024',
    '20240131',
    20_240_131,
    2024,
    0,
    -1,
    -1_706_696_430,
    99_999_999,
    1_706_696_430_123_456,
    '1706696430123456',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-01-31T25:00:00Z',
    '2024-01-31T24:00:00Z',
    '2024-01-31T10:60:00Z',
    '2024-01-31T10',
    '2024-01-31T10:20:30+99:00',
    '2024-01-31T10:20:30 CET',
    '2024-1-3',
    '+2024-01-31',
    true,
    null,
    ['2024-01-31'],
    { seconds: 1_706_696_430 },
  ])('%j is none', (value) => expect(readForeignDate(value)).toBeNull());

  it('is read as the instant that was written, and never as a later one', () => {
    const within = { min: new Date('1973-03-03T10:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(within), fc.nat({ max: 999_999 }), (date, finer) => {
        const instant = date.getTime();
        const text = date.toISOString();
        expect(readForeignDate(text)).toBe(instant);
        expect(readForeignDate(text.replace('T', ' ').replace('Z', ''))).toBe(instant);
        expect(readForeignDate(text.replace('Z', `${String(finer).padStart(6, '0')}Z`))).toBe(instant);
        expect(readForeignDate(text.slice(0, 10))).toBe(instant - (instant % 86_400_000));
        expect(readForeignDate(instant)).toBe(instant);
        const seconds = Math.floor(instant / 1000);
        expect(readForeignDate(seconds)).toBe(seconds < 1e11 ? seconds * 1000 : seconds);
      }),
    );
  });
});
