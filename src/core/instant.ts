import { MemSyncError } from './errors.ts';

/** An instant: integer milliseconds since the Unix epoch. On the wire it is ISO 8601 in UTC with milliseconds. */
export type Instant = number;

/** 9999-12-31T23:59:59.999Z, the last instant that four-digit years can write. */
export const MAX_INSTANT: Instant = 253_402_300_799_999;
/** 0000-01-01T00:00:00.000Z, the first. */
const MIN_INSTANT: Instant = -62_167_219_200_000;

const ISO = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

const DAY = 86_400_000;
/** The dates of days that were asked for, each with its `T`; every answer names the same few over and over. */
const dates = new Map<number, string>();
const DATES = 4096;
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** `2026-11-21T09:30:00.000Z`. @throws {RangeError} for what is no instant. */
export function formatInstant(instant: Instant): string {
  const day = Math.floor(instant / DAY);
  const known = dates.get(day) ?? noteDate(day, instant);
  const ms = instant - day * DAY;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const fraction = String(ms - 1000 * seconds).padStart(3, '0');
  return `${known}${TWO[Math.floor(minutes / 60)] ?? ''}:${TWO[minutes % 60] ?? ''}:${TWO[seconds % 60] ?? ''}.${fraction}Z`;
}

function noteDate(day: number, instant: Instant): string {
  if (!Number.isSafeInteger(instant)) throw new RangeError('an instant is a whole number of milliseconds');
  const date = new Date(instant).toISOString().slice(0, -'00:00:00.000Z'.length);
  if (dates.size >= DATES) dates.clear();
  dates.set(day, date);
  return date;
}

/** The instant of an ISO 8601 string with a zone, years 0000 to 9999, or null when it is not one (an impossible date is not one). */
export function parseInstant(text: string): Instant | null {
  if (!ISO.test(text)) return null;
  const instant = Date.parse(text);
  if (!Number.isSafeInteger(instant) || instant < MIN_INSTANT || instant > MAX_INSTANT) return null;
  // Date.parse rolls 30 February over to March. The calendar repeats every 400 years; Date.UTC takes years below 100 for the 1900s.
  const day = Number(text.slice(8, 10));
  const last = new Date(Date.UTC(Number(text.slice(0, 4)) + 400, Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= last ? instant : null;
}

/** As `parseInstant`. @throws {MemSyncError} `encoding_invalid` when it is not an instant. */
export function requireInstant(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === null) throw new MemSyncError('encoding_invalid', 'Expected an ISO 8601 instant with a zone.');
  return instant;
}
