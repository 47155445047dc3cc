import { type Instant, MAX_INSTANT, parseInstant } from '../../core/instant.ts';

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?:(:\d{2})(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/;
const UNIX = /^\d{9,14}(?:\.\d{1,9})?$/;

/**
 * 3 March 1973 in Unix seconds. Numbers below it are more likely days written as 20240131, or years, than times that anybody's software
 * kept; and a thousand of it are where milliseconds begin, so that no number reads both ways.
 */
const FIRST_UNIX = 100_000_000;

/**
 * The instant of a date as other products write one, or null when it is none: ISO 8601 with `T` or a blank, seconds or not, finer than
 * milliseconds or not (cut off, never rounded up), with a zone or in UTC; a day, `YYYY-MM-DD`, which is its first moment in UTC; Unix seconds
 * from 100000000 or milliseconds from 100000000000 (both March 1973), as a number or in digits.
 */
export function readForeignDate(value: unknown): Instant | null {
  if (typeof value === 'number') return ofUnix(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (UNIX.test(text)) return ofUnix(Number(text));
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, day = '', minutes = '00:00', seconds = ':00', fraction = '', zone] = match;
  return parseInstant(`${day}T${minutes}${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${ofZone(zone)}`);
}

function ofUnix(value: number): Instant | null {
  const instant = Math.floor(value < FIRST_UNIX * 1000 ? value * 1000 : value);
  return value >= FIRST_UNIX && instant <= MAX_INSTANT ? instant : null;
}

function ofZone(zone: string | undefined): string {
  if (zone === undefined || zone === 'Z' || zone === 'UTC') return 'Z';
  return `${zone.slice(0, 3)}:${zone.length > 3 ? zone.slice(-2) : '00'}`;
}
