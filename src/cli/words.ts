import { lengthInWords } from '../core/length.ts';

export { lengthInWords };

const MINUTE = 60;

/** `3 weeks ago`, `in 2 days`, `just now`. */
export function fromNow(instant: number, now: number): string {
  const seconds = Math.abs(instant - now) / 1000;
  if (seconds < MINUTE) return 'just now';
  return instant <= now ? `${lengthInWords(seconds)} ago` : `in ${lengthInWords(seconds)}`;
}

/** `1 row`, `3 rows`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
