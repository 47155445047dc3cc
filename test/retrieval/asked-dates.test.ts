import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSaidAt, readAskedDates } from '../../src/retrieval/asked-dates.ts';

/** A Wednesday. */
const NOW = Date.UTC(2026, 4, 20, 9);
const said = (query: string, day: string): boolean => isSaidAt(readAskedDates(query, NOW), Date.parse(`${day}T15:00:00Z`));

describe('the times that a query names', () => {
  it.each([
    ['What happened on 2023-05-08?', '2023-05-08', '2023-05-07'],
    ['What did Ana do on 8 May 2023?', '2023-05-08', '2023-05-12'],
    ['What did Ana do on May 8th, 2023?', '2023-05-11', '2022-05-08'],
    ['the trip in May 2023', '2023-05-31', '2023-06-04'],
    ['the trip last May', '2025-05-10', '2026-05-10'],
    ['the trip last April', '2026-04-10', '2025-04-10'],
    ['next June', '2026-06-10', '2025-06-10'],
    ['Who called yesterday?', '2026-05-19', '2026-05-18'],
    ['last week', '2026-05-11', '2026-05-10'],
    ['two weeks ago', '2026-05-06', '2026-05-20'],
    ['3 days ago', '2026-05-17', '2026-05-16'],
    ['last Friday', '2026-05-15', '2026-05-14'],
    ['last year', '2025-12-31', '2024-12-31'],
    ['last month', '2026-04-01', '2026-03-31'],
    ['im Mai 2024', '2024-05-02', '2024-04-30'],
    ['8 de mayo de 2023', '2023-05-08', '2023-06-08'],
  ])('%s', (query, within, without) => {
    expect(said(query, within)).toBe(true);
    expect(said(query, without)).toBe(false);
  });

  it.each([
    ['in June', '2019-06-15', '2019-08-15'],
    ['June', '2024-07-02', '2024-07-06'],
    ['on the 8th', '2024-03-08', '2024-03-14'],
    ['on 24 December', '2023-12-26', '2023-12-22'],
  ])('of whichever year: %s', (query, within, without) => {
    expect(said(query, within)).toBe(true);
    expect(said(query, without)).toBe(false);
  });

  it.each(['May I see it?', 'you may go', 'march on', 'a second time', 'room 2023', '99 June bugs', 'on the 45th floor', '2023-13-40', ''])(
    'are none in: %s',
    (query) => {
      expect(readAskedDates(query, NOW)).toEqual([]);
    },
  );

  it('are few, whatever is asked; any text reads', () => {
    expect(readAskedDates('2023-05-08 '.repeat(300), NOW)).toHaveLength(8);
    const word = fc.constantFrom(
      'last',
      'next',
      'May',
      'june',
      '8',
      '31st',
      '2023',
      'of',
      'ago',
      'weeks',
      'on the',
      'in',
      'märz',
      '-',
      ',',
      '٣',
      'ſept',
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.integer({ min: -8.64e15, max: 8.64e15 }), (query, now, time) => {
        const dates = readAskedDates(query, now);
        expect(dates.length).toBeLessThanOrEqual(8);
        for (const date of dates) if ('span' in date) expect(date.span[0]).toBeLessThanOrEqual(date.span[1]);
        expect(typeof isSaidAt(dates, time)).toBe('boolean');
      }),
    );
  });
});
