import type { Clock } from '../../core/clock.ts';
import type { Output } from '../output.ts';

const EVERY_MS = 2000;

/** Says on standard error, every two seconds, how much of a long work is done and how fast it goes. */
export function paceNotes(output: Output, clock: Clock, noun: string): (done: number, of: number) => void {
  const began = clock.now();
  let first: number | null = null;
  let said = began;
  return (done, of) => {
    first ??= done;
    const now = clock.now();
    if (now - said < EVERY_MS) return;
    said = now;
    const pace = Math.round(((done - first) * 1000) / Math.max(1, now - began));
    output.note(`${done} of ${of} ${noun}, ${pace} a second\n`);
  };
}
