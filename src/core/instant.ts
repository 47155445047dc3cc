import { MemSyncError } from './errors.ts';

/** An instant: integer milliseconds since the Unix epoch. On the wire it is ISO 8601 in UTC with milliseconds. */
export type Instant = number;

/** 9999-12-31T23:59:59.999Z, the last instant that four-digit years can write. */
export const MAX_INSTANT: Instant = 253_402_300_799_999;

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

/** `2026-11-21T09:30:00.000Z` */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** The instant of an ISO 8601 string with a zone, years 0000 to 9999, or null when it is not one (an impossible date is not one). */
export function parseInstant(text: string): Instant | null {
  if (!ISO.test(text)) return null;
  const instant = Date.parse(text);
  if (!Number.isSafeInteger(instant) || instant > MAX_INSTANT) return null;
  // Date.parse rolls 30 February over to March; a real day reads back as it was written.
  const day = Number(text.slice(8, 10));
  const last = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= last ? instant : null;
}

/** As `parseInstant`. @throws {MemSyncError} `encoding_invalid` when it is not an instant. */
export function requireInstant(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === null) throw new MemSyncError('encoding_invalid', 'Expected an ISO 8601 instant with a zone.');
  return instant;
}
