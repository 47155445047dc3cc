import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateTermsAsked, dateTermsOf } from '../../src/retrieval/date-terms.ts';
import { spansIn } from '../../src/retrieval/dates.ts';
import { dateOfDay, dayOfDate, LAST_DAY } from '../../src/retrieval/days.ts';
import { fold } from '../../src/retrieval/fold.ts';

/** A Monday. */
const TODAY = dayOfDate(2023, 5, 8);

const iso = (day: number): string => {
  const { year, month, day: number } = dateOfDay(day);
  return [year, month, number].map((part) => String(part).padStart(2, '0')).join('-');
};
const read = (text: string, today = TODAY): string[] => spansIn(fold(text), today).map(([first, last]) => `${iso(first)} ${iso(last)}`);

describe('days that a row speaks of', () => {
  it.each([
    ['On 7 May 2023 we moved', '2023-05-07 2023-05-07'],
    ['May 7th, 2023', '2023-05-07 2023-05-07'],
    ['the 12th of July, 2021', '2021-07-12 2021-07-12'],
    ['2024-02-29', '2024-02-29 2024-02-29'],
    ['3/15/2024', '2024-03-15 2024-03-15'],
    ['15.3.2024', '2024-03-15 2024-03-15'],
    ['December 31', '2022-12-31 2022-12-31'],
    ['in June 2024', '2024-06-01 2024-06-30'],
    ['since June 3', '2023-06-03 2023-06-03'],
    ['In May', '2023-05-01 2023-05-31'],
    ['last May', '2022-05-01 2022-05-31'],
    ['next June', '2023-06-01 2023-06-30'],
    ['this March', '2023-03-01 2023-03-31'],
    ['Yesterday', '2023-05-07 2023-05-07'],
    ['the day before yesterday', '2023-05-06 2023-05-06'],
    ['tomorrow', '2023-05-09 2023-05-09'],
    ['last night', '2023-05-07 2023-05-07'],
    ['two weeks ago', '2023-04-21 2023-04-27'],
    ['a few days ago', '2023-05-04 2023-05-06'],
    ['a couple of months ago', '2023-03-01 2023-03-31'],
    ['3 years back', '2020-01-01 2020-12-31'],
    ['in 10 days', '2023-05-17 2023-05-19'],
    ['last Friday', '2023-05-05 2023-05-05'],
    ['last Monday', '2023-05-01 2023-05-01'],
    ['next Monday', '2023-05-15 2023-05-15'],
    ['on Tuesday', '2023-05-09 2023-05-09'],
    ['last weekend', '2023-05-05 2023-05-07'],
    ['next week', '2023-05-15 2023-05-21'],
    ['last year', '2022-01-01 2022-12-31'],
    ['since 2019', '2019-01-01 2019-12-31'],
    ['last winter', '2022-12-01 2023-02-28'],
    ['summer of 2024', '2024-06-01 2024-08-31'],
    ['next spring', '2024-03-01 2024-05-31'],
    ['It was on the 8th.', '2023-05-08 2023-05-08'],
    ['on the 30th, maybe', '2023-04-30 2023-04-30'],
    ['Christmas 2020', '2020-12-24 2020-12-26'],
    ["New Year's Eve", '2022-12-31 2022-12-31'],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  it.each([
    'May I ask?',
    'march on',
    '31 February 2020',
    '2023-13-01',
    'in 500 years',
    'the next step',
    '10:45',
    'maybe 12',
    '',
    'dismay 7',
  ])('none in: %s', (text) => {
    expect(read(text)).toEqual([]);
  });

  it('come in the order of the text, each once, a dozen at most', () => {
    expect(read('From Nov 1, 2023 to Nov 15, 2023, and again Nov 1, 2023')).toEqual(['2023-11-01 2023-11-01', '2023-11-15 2023-11-15']);
    expect(read(Array.from({ length: 28 }, (_, i) => `May ${i + 1}`).join(', '))).toHaveLength(12);
  });

  it('are read of whatever was said whenever, never out of order nor out of the calendar', () => {
    const word = fc.constantFrom(
      ...'last next this in on the of a few couple two 31 30 29 0 12 2023 1999 99 days week months year ago back may march february monday summer'.split(
        ' ',
      ),
      ',',
      '-',
      '/',
      '.',
      '8th',
      '1st',
      "new year's",
      'eve',
      'christmas',
      'ſ',
      '٣',
      '\ud800',
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: -800_000, max: LAST_DAY }), (said, today) => {
        const spans = spansIn(fold(said), today);
        expect(spans.length).toBeLessThanOrEqual(12);
        for (const [first, last] of spans) {
          expect(Number.isInteger(first) && Number.isInteger(last)).toBe(true);
          expect(first).toBeGreaterThanOrEqual(0);
          expect(last).toBeGreaterThanOrEqual(first);
          expect(last).toBeLessThanOrEqual(LAST_DAY);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('date terms', () => {
  const said = { observedAt: TODAY * 86_400_000, recordedAt: 0 };
  const span = (from: readonly [number, number, number], to = from): { span: readonly [number, number] } => ({
    span: [dayOfDate(...from), dayOfDate(...to)],
  });

  it('of a row: the day it was said on, and, weightier, the days it speaks of', () => {
    expect(dateTermsOf({ text: 'nothing', ...said })).toEqual(
      new Map([
        ['@2023-05', 2],
        ['@2023-05-08', 2],
        ['@-05', 2],
        ['@-05-08', 2],
      ]),
    );
    const terms = dateTermsOf({ text: 'The dentist is tomorrow, the move in June', ...said });
    expect(terms.get('@2023-05-09')).toBe(4);
    expect(terms.get('@2023-05')).toBe(4);
    expect(terms.get('@-06')).toBe(4);
    expect(terms.get('@2023-06-01')).toBeUndefined();
    expect(dateTermsOf({ text: 'since 2019', ...said }).get('@2019')).toBe(4);
  });

  it('are asked for by days up to a fortnight, by months up to a season, by the year beyond', () => {
    expect([...dateTermsAsked(span([2023, 5, 8]))]).toEqual(['@2023-05-08']);
    expect([...dateTermsAsked(span([2023, 5, 31], [2023, 6, 1]))]).toEqual(['@2023-05-31', '@2023-06-01']);
    expect([...dateTermsAsked(span([2023, 6, 1], [2023, 8, 31]))]).toEqual(['@2023-06', '@2023-07', '@2023-08']);
    expect([...dateTermsAsked(span([2023, 1, 1], [2023, 12, 31]))]).toEqual(['@2023']);
    expect([...dateTermsAsked({ month: 3, day: null })]).toEqual(['@-03']);
    expect([...dateTermsAsked({ month: 3, day: 9 })]).toEqual(['@-03-09']);
    expect([...dateTermsAsked({ month: null, day: 9 })]).toEqual([]);
  });

  it('asked for of a day that a row speaks of are among the row’s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), (day) => {
        const { year, month, day: number } = dateOfDay(day);
        const terms = dateTermsOf({ text: iso(day), ...said });
        for (const asked of [{ span: [day, day] as const }, { month, day: number }, { month, day: null }])
          for (const term of dateTermsAsked(asked)) expect(terms.get(term)).toBe(4);
        expect(terms.has(`@${year}-01-00`)).toBe(false);
      }),
    );
  });
});
