import { dateOfDay, type DaySpan, dayOf, dayOfDate, monthSpan, weekdayOf, yearSpan } from './days.ts';

/** A time that a query names: a span of days, or a day or month of whichever year. */
export type AskedDate = { readonly span: DaySpan } | { readonly month: number | null; readonly day: number | null };

/** People speak of what has happened within a few days: so many after a date still count. */
const TOLD_WITHIN = 3;
/** The most dates that are read. */
const MOST = 8;

const MONTHS: readonly string[] = [
  'jan(?:uary)?|januar|janvier|enero|gennaio|janeiro',
  'feb(?:ruary)?|februar|février|febrero|febbraio|fevereiro',
  'mar(?:ch)?|märz|mars|marzo|março',
  'apr(?:il)?|avril|abril|aprile',
  'may|mai|mayo|maggio|maio',
  'june?|juni|juin|junio|giugno|junho',
  'july?|juli|juillet|julio|luglio|julho',
  'aug(?:ust)?|août|agosto',
  'sept?(?:ember)?|septembre|septiembre|settembre|setembro',
  'oct(?:ober)?|oktober|octobre|octubre|ottobre|outubro',
  'nov(?:ember)?|novembre|noviembre|novembro',
  'dec(?:ember)?|dezember|décembre|diciembre|dicembre|dezembro',
];
const MONTH = MONTHS.join('|');
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const DAY_NUMBER = String.raw`(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?`;
const YEAR = String.raw`((?:19|20)\d\d)`;
const COUNT: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};

const EDGE = String.raw`(?<![\p{L}\p{N}])`;
const END = String.raw`(?![\p{L}\p{N}])`;
const pattern = (source: string): RegExp => new RegExp(EDGE + source + END, 'giu');

type Read = (found: RegExpExecArray, today: number) => AskedDate | null;

/** Ways to name a time, the longer before the shorter; what one has read, the next do not read again. */
const WAYS: readonly (readonly [RegExp, Read])[] = [
  [pattern(String.raw`((?:19|20)\d\d)-(\d\d)-(\d\d)`), ([, y, m, d]) => date(Number(y), Number(m), Number(d))],
  [pattern(`${DAY_NUMBER}(?: of| de)? (${MONTH})\\.?(?:,? (?:de )?${YEAR})?`), ([, d, m, y]) => date(yearOf(y), monthOf(m), Number(d))],
  [pattern(`(${MONTH})\\.? ${DAY_NUMBER}(?:,? ${YEAR})?`), ([, m, d, y]) => date(yearOf(y), monthOf(m), Number(d))],
  [pattern(`(${MONTH})\\.?,? (?:of |de )?${YEAR}`), ([, m, y]) => date(yearOf(y), monthOf(m), null)],
  [pattern(`(last|this|next) (${MONTH})`), ([, which, m], today) => monthNear(which ?? '', monthOf(m), today)],
  [
    pattern(`(last|this|next) (${WEEKDAYS.join('|')})`),
    ([, which, w], today) => weekdayNear(which ?? '', WEEKDAYS.indexOf((w ?? '').toLowerCase()), today),
  ],
  [pattern('(last|this|next) (week|month|year)'), ([, which, unit], today) => unitNear(which ?? '', unit ?? '', today)],
  [
    pattern(String.raw`(\d{1,3}|${Object.keys(COUNT).join('|')}) (day|week|month|year)s? ago`),
    ([, n, unit], today) => ago(countOf(n), unit ?? '', today),
  ],
  [pattern('yesterday'), (_, today) => ({ span: [today - 1, today - 1] })],
  [pattern('today'), (_, today) => ({ span: [today, today] })],
  [pattern(`(?:in|during|since|of|by|until|im|en|em|a) (${MONTH})`), ([, m]) => date(null, monthOf(m), null)],
  [pattern('(January|February|April|June|July|August|September|October|November|December)'), ([, m]) => date(null, monthOf(m), null)],
  [pattern(String.raw`(?:on )?the (\d{1,2})(?:st|nd|rd|th)`), ([, d]) => date(null, null, Number(d))],
  [pattern(`(?:in|during|since|of|by|until|im|en|em|anno|año|jahr) ${YEAR}`), ([, y]) => date(yearOf(y), null, null)],
];

/** What one of the ways needs; most queries have nothing of it, and then that is all that is looked for. */
const MAY_NAME_ONE = new RegExp(`\\d|\\b(?:last|this|next|ago|yesterday|today)\\b|${MONTH}`, 'iu');

/** The times that a query names, a few at most; `now` is what "last week" is counted from. English, and the months of some neighbours. */
export function readAskedDates(query: string, now: number): AskedDate[] {
  if (!MAY_NAME_ONE.test(query)) return [];
  const today = dayOf(now);
  const dates: AskedDate[] = [];
  let rest = query;
  for (const [way, read] of WAYS) {
    for (const found of rest.matchAll(way)) {
      const asked = dates.length < MOST ? read(found, today) : null;
      if (asked !== null) dates.push(asked);
    }
    rest = rest.replace(way, ' ');
  }
  return dates;
}

/** Whether something said at an instant was said at one of these times, or within a few days of it. */
export function isSaidAt(dates: readonly AskedDate[], time: number): boolean {
  const day = dayOf(time);
  return dates.some((date) => {
    if ('span' in date) return date.span[0] <= day && day <= date.span[1] + TOLD_WITHIN;
    for (let earlier = 0; earlier <= TOLD_WITHIN; earlier++) {
      const { month, day: number } = dateOfDay(day - earlier);
      if ((date.month ?? month) === month && (date.day ?? number) === number) return true;
    }
    return false;
  });
}

/** A month of a year, a day of a month, or a year; null where it is none. */
function date(year: number | null, month: number | null, day: number | null): AskedDate | null {
  if ((month !== null && (month < 1 || month > 12)) || (day !== null && (day < 1 || day > 31))) return null;
  if (year === null) return { month, day };
  if (month === null) return { span: yearSpan(year) };
  if (day === null) return { span: monthSpan(year, month) };
  const number = dayOfDate(year, month, day);
  return { span: [number, number] };
}

function monthNear(which: string, month: number, today: number): AskedDate {
  const { year, month: now } = dateOfDay(today);
  const passed = which === 'last' ? month < now : month <= now;
  const back = passed ? year : year - 1;
  if (which.toLowerCase() === 'next') return { span: monthSpan(month > now ? year : year + 1, month) };
  return { span: monthSpan(which.toLowerCase() === 'this' ? year : back, month) };
}

function weekdayNear(which: string, weekday: number, today: number): AskedDate {
  const since = (weekdayOf(today) - weekday + 7) % 7;
  const last = today - (since === 0 ? 7 : since);
  const day = which.toLowerCase() === 'last' ? last : last + 7;
  return { span: [day, day] };
}

function unitNear(which: string, unit: string, today: number): AskedDate {
  const by = { last: -1, this: 0, next: 1 }[which.toLowerCase()] ?? 0;
  const { year, month } = dateOfDay(today);
  if (unit.toLowerCase() === 'year') return { span: yearSpan(year + by) };
  if (unit.toLowerCase() === 'month') return { span: monthSpan(year, month + by) };
  const monday = today - ((weekdayOf(today) + 6) % 7) + 7 * by;
  return { span: [monday, monday + 6] };
}

/** So long ago, give or take what people give or take. */
function ago(count: number, unit: string, today: number): AskedDate {
  const { year, month } = dateOfDay(today);
  if (unit.toLowerCase() === 'year') return { span: yearSpan(year - count) };
  if (unit.toLowerCase() === 'month') return { span: monthSpan(year, month - count) };
  const day = today - count * (unit.toLowerCase() === 'week' ? 7 : 1);
  return { span: unit.toLowerCase() === 'week' ? [day - 3, day + 3] : [day, day] };
}

function yearOf(year: string | undefined): number | null {
  return year === undefined ? null : Number(year);
}

function monthOf(name: string | undefined): number {
  return MONTHS.findIndex((names) => new RegExp(`^(?:${names})$`, 'iu').test(name ?? '')) + 1;
}

function countOf(count: string | undefined): number {
  return COUNT[(count ?? '').toLowerCase()] ?? Number(count);
}
