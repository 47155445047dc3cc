import { formatInstant, type Instant } from '../../core/instant.ts';
import { lengthInWords } from '../../core/length.ts';
import { element } from './dom.ts';

/** An instant in UTC, to the second, for people; the milliseconds are in the element. */
export function time(instant: Instant): HTMLElement {
  const iso = formatInstant(instant);
  return element('time', { datetime: iso, title: iso }, `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`);
}

/** `1 row`, `3 rows`. */
export function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : nouns}`;
}

/** A length that was so many seconds at `then`, at that instant and at `at`. */
export function ages(seconds: number, then: Instant | null, at: Instant): string {
  const since = then === null ? 0 : Math.floor((at - then) / 1000);
  const [before, after] = [lengthInWords(seconds), lengthInWords(seconds + Math.max(0, since))];
  if (before === after) return `${before}, when it was served and by the instant asked about`;
  return `${before} when it was served, ${after} by the instant asked about`;
}

/** A status with its sign, so that nobody needs to see colours to tell them apart. */
export function statusMark(status: string): HTMLElement {
  return element('span', { class: `status ${status}` }, status);
}
