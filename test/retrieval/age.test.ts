import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ago } from '../../src/retrieval/age.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 1_800_000_000_000;

describe('how long ago', () => {
  it.each([
    [0, 'just now'],
    [-5 * DAY, 'just now'],
    [MINUTE - 1, 'just now'],
    [MINUTE, '1 minute ago'],
    [HOUR - 1, '59 minutes ago'],
    [HOUR, '1 hour ago'],
    [DAY - 1, '23 hours ago'],
    [DAY, '1 day ago'],
    [12 * DAY + 7 * HOUR, '12 days ago'],
    [14 * DAY - 1, '13 days ago'],
    [14 * DAY, '2 weeks ago'],
    [60 * DAY - 1, '8 weeks ago'],
    [60 * DAY, '2 months ago'],
    [212 * DAY, '7 months ago'],
    [245 * DAY, '8 months ago'],
    [730 * DAY - 1, '24 months ago'],
    [730 * DAY, '2 years ago'],
    [40_000 * DAY, '109 years ago'],
  ])('%i ms: %s', (age, expected) => {
    expect(ago(NOW - age, NOW)).toBe(expected);
  });

  it('depends on the difference alone', () => {
    const instant = fc.integer({ min: -(2 ** 45), max: 2 ** 45 });
    fc.assert(
      fc.property(instant, instant, instant, (a, b, shift) => {
        expect(ago(a + shift, b + shift)).toBe(ago(a, b));
      }),
    );
  });

  it('never reads younger for being older', () => {
    const lengths = { minute: MINUTE, hour: HOUR, day: DAY, week: 7 * DAY, month: 30 * DAY, year: 365 * DAY };
    const read = (text: string): number => {
      const [, count, unit = ''] = /^(\d+) (minute|hour|day|week|month|year)s? ago$/.exec(text) ?? [];
      return count === undefined ? 0 : Number(count) * (new Map(Object.entries(lengths)).get(unit) ?? NaN);
    };
    const age = fc.oneof(fc.integer({ min: 0, max: 3 * DAY }), fc.integer({ min: 0, max: 4_000 * DAY }));
    fc.assert(
      fc.property(age, age, (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(read(ago(NOW - less, NOW))).toBeLessThanOrEqual(read(ago(NOW - more, NOW)));
        expect(read(ago(NOW - more, NOW))).toBeLessThanOrEqual(more);
      }),
      { numRuns: 500 },
    );
  });
});
