/** `1 item`, `3 items`. */
export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const;

/** A length of time in its largest whole unit, rounded down: `3 days`, `40 seconds`. */
export function span(seconds: number): string {
  for (const [size, unit] of UNITS) {
    if (seconds >= size) return plural(Math.floor(seconds / size), unit, `${unit}s`);
  }
  return plural(seconds, 'second', 'seconds');
}
