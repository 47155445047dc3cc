const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Each unit (in milliseconds) and the age up to which it is used. A month is thirty days, a year 365. */
const STEPS = [
  { until: HOUR, unit: MINUTE, name: 'minute' },
  { until: DAY, unit: HOUR, name: 'hour' },
  { until: 14 * DAY, unit: DAY, name: 'day' },
  { until: 60 * DAY, unit: 7 * DAY, name: 'week' },
  { until: 730 * DAY, unit: 30 * DAY, name: 'month' },
  { until: Infinity, unit: 365 * DAY, name: 'year' },
] as const;

/** How long ago an instant was: `just now` (under a minute, or ahead of `now`), `1 hour ago`, `8 months ago`; whole units, rounded down. */
export function ago(instant: number, now: number): string {
  const age = now - instant;
  const step = STEPS.find(({ until }) => age < until);
  if (age < MINUTE || step === undefined) return 'just now';
  const count = Math.floor(age / step.unit);
  return `${count} ${step.name}${count === 1 ? '' : 's'} ago`;
}
