import { readFileSync } from 'node:fs';
import { prepareServed, resemblance, resembling } from '../../src/memory/resemblance.ts';

/** A served row, what an assistant makes of it, and what the owner honestly adds in the same thread. */
export interface EchoPair {
  readonly served: string;
  readonly echo: string;
  readonly form: string;
  readonly honest: string;
  readonly difference: string;
}

/** The rule was tuned on every other line, beginning with the first; the rest is held out. */
export type Half = 'tuned' | 'held out' | 'both';

export interface Wrong {
  readonly pair: EchoPair;
  readonly score: number;
}

export interface Measured {
  readonly pairs: number;
  readonly caught: readonly EchoPair[];
  readonly missed: readonly Wrong[];
  readonly mistaken: readonly Wrong[];
  /** Rows besides its own that an echo was taken for. */
  readonly strays: number;
}

const VOICES = ['ana', 'theo', 'ruth', 'marek'];
/** As many rows as a context block holds, one of which is related. */
const ROWS = 10;
/** Far enough apart that the other rows are not the neighbours each time, and prime to the number of pairs. */
const STEP = 7;

function echoPairs(voice: string): EchoPair[] {
  const file = new URL(`echoes/${voice}.jsonl`, import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const pair: EchoPair = JSON.parse(line);
    return pair;
  });
}

export function measureEchoes(half: Half): Measured {
  const caught: EchoPair[] = [];
  const missed: Wrong[] = [];
  const mistaken: Wrong[] = [];
  let pairs = 0;
  let strays = 0;
  for (const voice of VOICES) {
    const all = echoPairs(voice);
    for (const [i, pair] of all.entries()) {
      if (half !== 'both' && (i % 2 === 0) !== (half === 'tuned')) continue;
      pairs += 1;
      const served = Array.from({ length: ROWS }, (_, k) => (i + k * STEP) % all.length).map((at) => ({
        id: String(at),
        text: all[at]?.served ?? '',
      }));
      const found = resembling(pair.echo, served);
      if (found.includes(String(i))) caught.push(pair);
      else missed.push({ pair, score: resemblance(prepareServed(pair.echo), prepareServed(pair.served)) });
      strays += found.filter((id) => id !== String(i)).length;
      const scores = served.map(({ text }) => resemblance(prepareServed(pair.honest), prepareServed(text)));
      if (resembling(pair.honest, served).length > 0) mistaken.push({ pair, score: Math.max(...scores) });
    }
  }
  return { pairs, caught, missed, mistaken, strays };
}
