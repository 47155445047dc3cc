import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES, exitCodeOf } from '../../src/cli/exit-code.ts';
import { jsonText, plain, quoted } from '../../src/cli/plain.ts';
import { cut, facts, table, wrap } from '../../src/cli/render/table.ts';
import { parseAgo, parseWhen } from '../../src/cli/when.ts';
import { count, fromNow, lengthInWords } from '../../src/cli/words.ts';
import { ERROR_CODES } from '../../src/core/errors.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY = 86_400_000;

describe('what a terminal is shown', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('\u001b', '\u009b', '\u202e', '\u2028', '\n', '\r', '\u200f', '\udc00'),
    ),
  });

  it('holds nothing that acts on it, whatever the text', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(plain(value)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200e\u200f]/u);
        expect(quoted(value).split('\n')).toHaveLength(1);
      }),
    );
  });

  it('is, as JSON, still the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), text, (value, more) => {
        const printed = jsonText({ value, more });
        expect(printed).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202e]/u);
        expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify({ value, more })));
      }),
    );
  });

  it('keeps letters of every script as they are', () => {
    expect(plain('Ça va, Zoë? 你好 עברית 🦊👩‍🚀')).toBe('Ça va, Zoë? 你好 עברית 🦊👩‍🚀');
  });
});

describe('tables', () => {
  it('stand in columns, wide characters counted twice, and end at 80', () => {
    expect(
      table([
        ['A', 'B'],
        ['你好', 'x'],
        ['abc', 'y'.repeat(100)],
      ]),
    ).toBe(`A     B\n你好  x\nabc   ${'y'.repeat(73)}…`);
    expect(cut('你好你好', 5)).toBe('你好…');
    expect(cut('abc', 3)).toBe('abc');
  });

  it('break long texts at spaces', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) => {
        const broken = wrap(words.join(' '), 20);
        expect(broken.split('\n').every((line) => line.length <= 20)).toBe(true);
        expect(broken.replaceAll('\n', ' ')).toBe(words.join(' '));
      }),
    );
    expect(
      facts([
        ['name', 'a b'],
        ['n', 'word '.repeat(20).trim()],
      ])
        .split('\n')
        .every((line) => line.length <= 80),
    ).toBe(true);
  });
});

describe('words for time', () => {
  it.each([
    [0, 'moments'],
    [60, '1 minute'],
    [3 * 3600, '3 hours'],
    [13 * 86_400, '13 days'],
    [14 * 86_400, '2 weeks'],
    [214 * 86_400, '7 months'],
    [800 * 86_400, '2 years'],
  ])('%i seconds are %s', (seconds, words) => {
    expect(lengthInWords(seconds)).toBe(words);
  });

  it('say which way', () => {
    expect([fromNow(NOW - 3 * DAY, NOW), fromNow(NOW + 3 * DAY, NOW), fromNow(NOW + 1, NOW)]).toEqual([
      '3 days ago',
      'in 3 days',
      'just now',
    ]);
    expect([count(1, 'row'), count(2, 'row')]).toEqual(['1 row', '2 rows']);
  });

  it.each([
    ['2027-01-31', Date.UTC(2027, 0, 31)],
    ['2027-01-31T10:00:00+02:00', Date.UTC(2027, 0, 31, 8)],
    ['12h', NOW + DAY / 2],
    ['90d', NOW + 90 * DAY],
    ['6w', NOW + 42 * DAY],
    ['3m', NOW + 90 * DAY],
    ['1y', NOW + 365 * DAY],
  ])('reads %s', (text, instant) => {
    expect(parseWhen(text, NOW)).toBe(instant);
  });

  it.each([
    ['2026-05-01', Date.UTC(2026, 4, 1)],
    ['2026-05-01T10:00:00+02:00', Date.UTC(2026, 4, 1, 8)],
    ['12h', NOW - DAY / 2],
    ['1y', NOW - 365 * DAY],
    ['8000y', 0],
  ])('reads %s as past', (text, instant) => {
    expect(parseAgo(text, NOW)).toBe(instant);
    for (const none of ['', 'soon', '2026-02-30', '-1d', '99999y']) {
      expect(() => parseAgo(none, NOW)).toThrow(expect.objectContaining({ code: 'usage' }));
    }
  });

  it.each(['', 'soon', '2027-02-30', '2027-01-31T10:00:00', '-1d', '1.5d', '99999999d', '99999y'])('does not read “%s”', (text) => {
    expect(() => parseWhen(text, NOW)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

it('every error ends in an exit code that is written down, and none in success', () => {
  const known = EXIT_CODES.map(([code]) => code);
  for (const code of ERROR_CODES) {
    expect(known.slice(1)).toContain(exitCodeOf(code));
  }
  expect([
    exitCodeOf('memory_unknown'),
    exitCodeOf('grant_revoked'),
    exitCodeOf('scope_exceeded'),
    exitCodeOf('version_changed'),
    exitCodeOf('input_invalid'),
  ]).toEqual([4, 5, 5, 6, 1]);
  expect([
    exitCodeOf('usage'),
    exitCodeOf('service_unreachable'),
    exitCodeOf('head_not_reached'),
    exitCodeOf('owner_event_forged'),
  ]).toEqual([2, 3, 7, 7]);
});
