import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, MAX_INSTANT, parseInstant, requireInstant } from '../../src/core/instant.ts';

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const instants = fc.integer({ min: FIRST, max: MAX_INSTANT });

describe('instants', () => {
  it('come back from their text as they went in', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const text = formatInstant(instant);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(parseInstant(text)).toBe(instant);
        expect(text).toBe(new Date(instant).toISOString());
      }),
      { numRuns: 1000 },
    );
  });

  it('come back from every day of the calendar, leap days of any century among them', () => {
    for (const year of ['0000', '0004', '0099', '0100', '1900', '1999', '2000', '2024', '2026', '2100', '9999']) {
      for (let month = 1; month <= 12; month++) {
        const days = new Date(Date.UTC(2000 + (Number(year) % 400), month, 0)).getUTCDate();
        for (let day = 1; day <= 32; day++) {
          const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T12:00:00.000Z`;
          const instant = parseInstant(text);
          expect(instant === null ? null : formatInstant(instant), text).toBe(day <= days ? text : null);
        }
      }
    }
  });

  it('may be written without fractions, or with a zone', () => {
    const noon = Date.UTC(2026, 10, 21, 12);
    expect(parseInstant('2026-11-21T12:00:00Z')).toBe(noon);
    expect(parseInstant('2026-11-21T12:00:00.5Z')).toBe(noon + 500);
    expect(parseInstant('2026-11-21T13:30:00.000+01:30')).toBe(noon);
    expect(parseInstant('2026-11-20T23:00:00-13:00')).toBe(noon);
  });

  it.each([
    ['a day that the month does not have', '2026-02-29T00:00:00Z'],
    ['the 31st of a short month', '2026-04-31T00:00:00Z'],
    ['day zero', '2026-01-00T00:00:00Z'],
    ['month zero', '2026-00-10T00:00:00Z'],
    ['month thirteen', '2026-13-10T00:00:00Z'],
    ['the twenty-fourth hour', '2026-01-01T24:00:00Z'],
    ['a leap second', '2026-06-30T23:59:60Z'],
    ['minute sixty', '2026-06-30T23:60:00Z'],
    ['a zone of a whole day', '2026-06-30T12:00:00+24:00'],
    ['no zone', '2026-06-30T12:00:00'],
    ['a day alone', '2026-06-30'],
    ['four digits of fraction', '2026-06-30T12:00:00.0000Z'],
    ['lower case', '2026-06-30t12:00:00z'],
    ['a space', '2026-06-30 12:00:00Z'],
    ['a line end after it', '2026-06-30T12:00:00Z\n'],
    ['a year of six digits', '+002026-06-30T12:00:00Z'],
    ['a zone that leads past year 9999', '9999-12-31T23:59:59.999-00:01'],
    ['a zone that leads before year 0', '0000-01-01T00:00:00+00:01'],
    ['nothing', ''],
    ['words', 'yesterday'],
  ])('refuses %s', (_what, text) => {
    expect(parseInstant(text)).toBeNull();
    expect(() => requireInstant(text)).toThrow(expect.objectContaining({ code: 'encoding_invalid' }));
  });

  it('end with four-digit years', () => {
    expect(formatInstant(MAX_INSTANT)).toBe('9999-12-31T23:59:59.999Z');
    expect(requireInstant('9999-12-31T23:59:59.999Z')).toBe(MAX_INSTANT);
  });

  it('never come of other text than an instant’s', () => {
    const near = fc.string({ unit: fc.constantFrom(...'0123456789-:TZ.+ '), minLength: 15, maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        const instant = parseInstant(text);
        if (instant !== null) expect(Math.abs(Date.parse(text) - instant)).toBe(0);
        else expect(instant).toBeNull();
      }),
    );
  });
});
