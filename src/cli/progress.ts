import type { Clock } from '../core/clock.ts';
import type { Output } from './output.ts';

const EVERY_MS = 2000;

/** Says on standard error how far a long work has come: each step once as it begins, and then every two seconds. */
export function progressNotes(output: Output, clock: Clock): (step: string, done: number, total: number) => void {
  let last = '';
  let said = 0;
  return (step, done, total) => {
    const now = clock.now();
    if (step === last && now - said < EVERY_MS) return;
    const share = total > 1 ? ` ${Math.floor((done / total) * 100)} %` : '';
    output.note(step === last ? `${step}${share}\n` : `${step} …\n`);
    last = step;
    said = now;
  };
}
