import { COUNTS, FEASTS, MONTHS, SEASONS, WEEKDAYS } from './date-words.ts';
import { dateOfDay, dayOfDate, type DaySpan, LAST_DAY, monthSpan, weekdayOf, yearSpan } from './days.ts';

/** No more of a text is read, in UTF-16 code units, and no more mentions are kept. */
const UNITS = 8192;
const MENTIONS = 12;

const any = (names: Iterable<string>): string => [...names].sort((a, b) => b.length - a.length).join('|');
const MONTH = `(?:${any(MONTHS.keys())})`;
const COUNT = `(?:\\d{1,3}|${any(COUNTS.keys())})`;
const DAY = '(?:[12]\\d|3[01]|0?[1-9])';
const YEAR = '(?:19|20)\\d\\d';
const UNIT = '(?:day|week|weekend|month|year)';
const NAMED = `${UNIT}|night|${any(SEASONS.keys())}|${any(WEEKDAYS.keys())}|${MONTH}`;

/** One way of writing a date: what it looks like, and what its groups mean to somebody speaking on a day. */
interface Form {
  readonly pattern: string;
  readonly groups: number;
  readonly read: (groups: readonly string[], today: number) => DaySpan | null;
}

const FORMS: readonly Form[] = [
  { pattern: `(${YEAR})[-/](\\d\\d?)[-/](\\d\\d?)(?!\\d)`, groups: 3, read: ([y, m, d]) => dated(y, Number(m), d) },
  {
    pattern: `(\\d\\d?)([-/.])(\\d\\d?)[-/.](${YEAR})(?!\\d)`,
    groups: 4,
    read: ([a, mark, b, y]) => figures(Number(a), mark, Number(b), y),
  },
  {
    pattern: `(${DAY})(?:st|nd|rd|th)?(?: of)? (${MONTH})\\b\\.?(?:,? (${YEAR}))?`,
    groups: 3,
    read: ([d, m, y], today) => dayAndMonth(d, monthOf(m), y, today),
  },
  {
    pattern: `(${MONTH})\\b\\.? (${DAY})(?:st|nd|rd|th)?(?![\\d:])(?:,? (${YEAR}))?`,
    groups: 3,
    read: ([m, d, y], today) => dayAndMonth(d, monthOf(m), y, today),
  },
  { pattern: `(${MONTH})\\b\\.?(?:,| of)? (${YEAR})`, groups: 2, read: ([m, y]) => monthSpan(Number(y), monthOf(m)) },
  { pattern: `(${any(SEASONS.keys())})(?:,| of)? (${YEAR})`, groups: 2, read: ([s, y]) => seasonSpan(Number(y), s) },
  { pattern: `(${any(FEASTS.keys())})\\b(?:,? (${YEAR}))?`, groups: 2, read: ([f, y], today) => feast(f, y, today) },
  { pattern: `(${COUNT}) (${UNIT})s? (?:ago|back|earlier)`, groups: 2, read: ([n, unit], today) => away(n, unit, today, -1) },
  { pattern: `in (${COUNT}) (${UNIT})s?`, groups: 2, read: ([n, unit], today) => away(n, unit, today, 1) },
  { pattern: `(last|past|previous) (${NAMED})`, groups: 2, read: ([, name], today) => named(name, today, -1) },
  { pattern: `(next|coming) (${NAMED})`, groups: 2, read: ([, name], today) => named(name, today, 1) },
  { pattern: `(this) (${NAMED}|morning|afternoon|evening)`, groups: 2, read: ([, name], today) => named(name, today, 0) },
  {
    pattern: '(the day before yesterday|yesterday|today|tonight|the day after tomorrow|tomorrow)',
    groups: 1,
    read: ([name], today) => near(name, today),
  },
  { pattern: `on (${any(WEEKDAYS.keys())})`, groups: 1, read: ([name], today) => named(name, today, 0) },
  {
    pattern: `the (${DAY})(?:st|nd|rd|th)(?= of this month|[^a-z0-9 ]| (?:and|to|at|for|with|we|i|it)\\b|$)`,
    groups: 1,
    read: ([d], today) => dayOfMonth(Number(d), today),
  },
  {
    pattern: `(?:in|since|of|by|until|during|for|from|(?:early|mid|late)[ -]) ?(${MONTH})(?!\\.?,?(?: of)? \\d)`,
    groups: 1,
    read: ([m], today) => closestMonth(monthOf(m), today),
  },
  { pattern: `(?:in|since|of|by|until|during|from|year) (${YEAR})(?![-:\\d])`, groups: 1, read: ([y]) => yearSpan(Number(y)) },
];

const SCAN = new RegExp(`\\b(?:${FORMS.map(({ pattern }) => `(${pattern})`).join('|')})\\b`, 'g');
/** Where this finds nothing, no form matches: most texts are done with here. */
const HINT = new RegExp(
  `\\d{4}|\\d(?:st|nd|rd|th)\\b|\\b(?:${MONTH}|ago|back|earlier|last|past|previous|next|coming|this|yesterday|today|tonight|tomorrow|in|on|${any(SEASONS.keys())}|valentine|halloween|christmas|new year)\\b`,
);

/**
 * The days that a text speaks of, each span once, in the order of the text: `7 May 2023`, `last summer`, `two weeks ago`, `on the 8th`. `today` is
 * the day it was said on: what is relative is told from it, and a date without a year is the closest one. English, and dates in figures. The
 * text must be folded (`fold`). Anything may be handed in; a bounded length is read.
 */
export function spansIn(folded: string, today: number): DaySpan[] {
  const text = folded.length > UNITS ? folded.slice(0, UNITS) : folded;
  if (!HINT.test(text)) return [];
  const spans: DaySpan[] = [];
  for (const match of text.matchAll(SCAN)) {
    const span = read(match, today);
    if (span === null || span[0] < 0 || span[0] > span[1] || span[1] > LAST_DAY) continue;
    if (!spans.some(([first, last]) => first === span[0] && last === span[1])) spans.push(span);
    if (spans.length === MENTIONS) break;
  }
  return spans;
}

/** Reads what `SCAN` found by the form that found it. */
function read(match: RegExpExecArray, today: number): DaySpan | null {
  let at = 1;
  for (const form of FORMS) {
    if (match[at] !== undefined)
      return form.read(
        match.slice(at + 1, at + 1 + form.groups).map((group: string | undefined) => group ?? ''),
        today,
      );
    at += form.groups + 1;
  }
  return null;
}

function monthOf(name: string | undefined): number {
  return MONTHS.get(name ?? '') ?? 0;
}

function dated(year: string | undefined, month: number, day: string | number | undefined): DaySpan | null {
  const [y, d] = [Number(year), Number(day)];
  const first = dayOfDate(y, month, d);
  return month < 1 || month > 12 || d < 1 || first > monthSpan(y, month)[1] ? null : [first, first];
}

/** Day and month in figures: `3/15/2024` is March; of `3/4/2024` nobody knows which it is, and either may be. With points, the day is first. */
function figures(a: number, mark: string | undefined, b: number, year: string | undefined): DaySpan | null {
  if (mark === '.' || a > 12) return dated(year, b, a);
  if (b > 12 || a === b) return dated(year, a, b);
  return dated(year, a, b);
}

function dayAndMonth(day: string | undefined, month: number, year: string | undefined, today: number): DaySpan | null {
  if (year !== undefined && year !== '') return dated(year, month, day);
  if (dated('2000', month, day) === null) return null;
  return closest((y) => [dayOfDate(y, month, Number(day)), dayOfDate(y, month, Number(day))], today);
}

/** Of this year's, last year's and next year's, the one closest to today. */
function closest(inYear: (year: number) => DaySpan, today: number): DaySpan {
  const { year } = dateOfDay(today);
  const distance = ([first, last]: DaySpan): number => (today < first ? first - today : today > last ? today - last : 0);
  return [year - 1, year + 1].map(inYear).reduce((best, one) => (distance(one) < distance(best) ? one : best), inYear(year));
}

function closestMonth(month: number, today: number): DaySpan {
  return closest((year) => monthSpan(year, month), today);
}

function seasonSpan(year: number, name: string | undefined): DaySpan {
  const from = SEASONS.get(name ?? '') ?? 0;
  return [monthSpan(year, from)[0], monthSpan(year, from + 2)[1]];
}

function feast(name: string | undefined, year: string | undefined, today: number): DaySpan | null {
  const found = FEASTS.get(name ?? '');
  if (found === undefined) return null;
  const [month, first, last] = found;
  const inYear = (y: number): DaySpan => [dayOfDate(y, month, first), dayOfDate(y, month, last)];
  if (year !== undefined && year !== '') return inYear(Number(year));
  return closest(inYear, today);
}

/** So many days, weeks, months or years from today, as exactly as people mean it: a week is give or take three days. */
function away(count: string | undefined, unit: string | undefined, today: number, direction: 1 | -1): DaySpan | null {
  const n = COUNTS.get(count ?? '') ?? Number(count);
  if (n > 100) return null;
  if (unit === 'day') {
    const slack = n > 4 || count?.endsWith('few') === true ? 1 : 0;
    return [today + direction * n - slack, today + direction * n + slack];
  }
  if (unit === 'week' || unit === 'weekend') return [today + direction * 7 * n - 3, today + direction * 7 * n + 3];
  const { year, month } = dateOfDay(today);
  return unit === 'month' ? monthSpan(year, month + direction * n) : yearSpan(Math.max(1, year + direction * n));
}

/** `last`, `this` or `next` (−1, 0, 1) of something with a name. Weeks begin on Monday. */
function named(name: string | undefined, today: number, direction: -1 | 0 | 1): DaySpan | null {
  if (name === undefined) return null;
  const { year, month } = dateOfDay(today);
  const monday = today - ((weekdayOf(today) + 6) % 7);
  const weekday = WEEKDAYS.get(name);
  const named = MONTHS.get(name);
  if (weekday !== undefined) {
    const ahead = (weekday - weekdayOf(today) + 7) % 7;
    const day =
      direction > 0 ? today + (ahead || 7) : direction < 0 ? today - ((7 - ahead) % 7 || 7) : today + (ahead > 3 ? ahead - 7 : ahead);
    return [day, day];
  }
  if (named !== undefined) {
    const inYear = (y: number): DaySpan => monthSpan(y, named);
    if (direction === 0) return inYear(year);
    if (direction < 0) return inYear(named < month ? year : year - 1);
    return inYear(named > month ? year : year + 1);
  }
  if (SEASONS.has(name)) {
    const inYear = (y: number): DaySpan => seasonSpan(y, name);
    if (direction < 0) return inYear(inYear(year)[1] < today ? year : year - 1);
    if (direction > 0) return inYear(inYear(year)[0] > today ? year : year + 1);
    return closest(inYear, today);
  }
  switch (name) {
    case 'week':
      return [monday + 7 * direction, monday + 7 * direction + 6];
    case 'weekend':
      return [monday + 7 * direction + 4, monday + 7 * direction + 6];
    case 'month':
      return monthSpan(year, month + direction);
    case 'year':
      return yearSpan(Math.max(1, year + direction));
    default:
      return [today + direction, today + direction];
  }
}

function near(name: string | undefined, today: number): DaySpan | null {
  const days = { yesterday: -1, tomorrow: 1, 'the day before yesterday': -2, 'the day after tomorrow': 2 }[name ?? ''] ?? 0;
  return [today + days, today + days];
}

/** `on the 8th`: the closest day with that number. */
function dayOfMonth(number: number, today: number): DaySpan | null {
  const { year, month } = dateOfDay(today);
  const days = [month - 1, month, month + 1].flatMap((one) => {
    const [first, last] = monthSpan(year, one);
    return first + number - 1 <= last ? [first + number - 1] : [];
  });
  const day = days.reduce((best, one) => (Math.abs(one - today) < Math.abs(best - today) ? one : best));
  return [day, day];
}
