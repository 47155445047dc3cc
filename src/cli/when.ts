import { MemSyncError } from '../core/errors.ts';
import { type Instant, MAX_INSTANT, parseInstant } from '../core/instant.ts';

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { h: DAY / 24, d: DAY, w: 7 * DAY, m: 30 * DAY, y: 365 * DAY };

/** What `parseWhen` takes, for help texts. */
export const WHEN = '2027-01-31, an ISO instant, or 12h, 90d, 6w, 3m, 1y from now';

/** What `parseAgo` takes, for help texts. */
export const AGO = '2026-05-01, an ISO instant, or 12h, 90d, 6w, 3m, 1y ago';

/** As `parseWhen`, lengths counted back from `now`, to 1970 at most. @throws {MemSyncError} `usage` */
export function parseAgo(text: string, now: Instant): Instant {
  if (/^\d{1,5}[hdwmy]$/.test(text)) return Math.max(0, now - parseWhen(text, 0));
  const instant = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (instant === null) throw new MemSyncError('usage', `“${text}” is no time. Write ${AGO}.`);
  return instant;
}

/**
 * An instant as people write it: a day (its beginning in UTC), an ISO instant with a zone, or a length from `now`: hours, days, weeks, months of
 * thirty days, years of 365. @throws {MemSyncError} `usage`
 */
export function parseWhen(text: string, now: Instant): Instant {
  const [, count, unit] = /^(\d{1,5})([hdwmy])$/.exec(text) ?? [];
  const length = UNITS[unit ?? ''];
  const instant =
    length === undefined ? parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text) : now + Number(count) * length;
  if (instant === null || instant > MAX_INSTANT) throw new MemSyncError('usage', `“${text}” is no time. Write ${WHEN}.`);
  return instant;
}
