import { MemSyncError } from './errors.ts';

/** An instant: integer milliseconds since the Unix epoch. On the wire it is ISO 8601 in UTC with milliseconds. */
export type Instant = number;

/** 9999-12-31T23:59:59.999Z, the last instant that four-digit years can write. */
export const MAX_INSTANT: Instant = 253_402_300_799_999;
/** 0000-01-01T00:00:00.000Z, the first. */
const MIN_INSTANT: Instant = -62_167_219_200_000;

const ISO = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

/** `2026-11-21T09:30:00.000Z` */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
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
