import type { AskedDate } from './asked-dates.ts';
import { spansIn } from './dates.ts';
import { dateOfDay, dayOf, type DaySpan } from './days.ts';
import type { IndexedRow } from './face.ts';
import { fold } from './fold.ts';

/**
 * Dates in the index are terms that no text has: `@2024-03-12` is a day, `@2024-03` its month, `@-03-12` and `@-03` the same of whichever
 * year, `@2024` a year that is spoken of as a whole. A span of up to a fortnight is told by its days, one of up to a season by its months.
 */
const FORTNIGHT = 14;
const SEASON = 100;

/** What a day counts as a term, in quarters of a word: one that the row speaks of, and the one that it was said on. */
const SPOKEN_OF = 4;
const SAID_ON = 2;

/** The terms of the days that a row speaks of, told from when it was said, and of the day it was said on, with their weights in quarters. */
export function dateTermsOf({
  text,
  observedAt,
  recordedAt,
}: Pick<IndexedRow, 'text' | 'observedAt' | 'recordedAt'>): ReadonlyMap<string, number> {
  const said = dayOf(observedAt ?? recordedAt);
  const terms = new Map<string, number>();
  for (const term of everyTerm([said, said])) terms.set(term, SAID_ON);
  for (const span of spansIn(fold(text), said)) for (const term of everyTerm(span)) terms.set(term, SPOKEN_OF);
  return terms;
}

/** The terms that a date in a query asks for: any of them will do. None for a day of no month. */
export function dateTermsAsked(date: AskedDate): ReadonlySet<string> {
  if ('span' in date) return isLong(date.span) ? new Set([yearTerm(date.span)]) : isShort(date.span) ? days(date.span) : months(date.span);
  if (date.month === null) return new Set();
  return new Set([date.day === null ? `@-${two(date.month)}` : `@-${two(date.month)}-${two(date.day)}`]);
}

function everyTerm(span: DaySpan): ReadonlySet<string> {
  if (isLong(span)) return new Set([yearTerm(span)]);
  const terms = [...months(span), ...(isShort(span) ? days(span) : [])];
  return new Set([...terms, ...terms.map((term) => term.replace(/\d{4}/, ''))]);
}

function isLong([first, last]: DaySpan): boolean {
  return last - first >= SEASON;
}

function isShort([first, last]: DaySpan): boolean {
  return last - first < FORTNIGHT;
}

function yearTerm([first]: DaySpan): string {
  return `@${yearOf(first)}`;
}

function months([first, last]: DaySpan): ReadonlySet<string> {
  const terms = new Set<string>();
  for (let day = first; day <= last; day++) terms.add(`@${yearOf(day)}-${two(dateOfDay(day).month)}`);
  return terms;
}

function days([first, last]: DaySpan): ReadonlySet<string> {
  const terms = new Set<string>();
  for (let day = first; day <= last; day++) {
    const { month, day: number } = dateOfDay(day);
    terms.add(`@${yearOf(day)}-${two(month)}-${two(number)}`);
  }
  return terms;
}

function yearOf(day: number): string {
  return String(dateOfDay(day).year).padStart(4, '0');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
