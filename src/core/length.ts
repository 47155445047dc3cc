const MINUTE = 60;
const DAY = 86_400;

/** Each unit in seconds and the length up to which it is used. A month is thirty days, a year 365. */
const STEPS = [
  { until: 60 * MINUTE, unit: MINUTE, name: 'minute' },
  { until: DAY, unit: 60 * MINUTE, name: 'hour' },
  { until: 14 * DAY, unit: DAY, name: 'day' },
  { until: 60 * DAY, unit: 7 * DAY, name: 'week' },
  { until: 730 * DAY, unit: 30 * DAY, name: 'month' },
  { until: Number.POSITIVE_INFINITY, unit: 365 * DAY, name: 'year' },
] as const;

/** A length in words: `8 months`, `1 day`; `moments` under a minute. Whole units, rounded down. */
export function lengthInWords(seconds: number): string {
  const step = STEPS.find(({ until }) => seconds < until);
  if (step === undefined || seconds < MINUTE) return 'moments';
  const count = Math.floor(seconds / step.unit);
  return `${count} ${step.name}${count === 1 ? '' : 's'}`;
}
