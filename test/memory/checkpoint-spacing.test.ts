import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missing, superfluous } from '../../src/memory/checkpoint-spacing.ts';

/** How far any event up to the last of `seqs` lies after the checkpoint before it, as a share of what is allowed. */
function worst(seqs: readonly number[]): number {
  return Math.max(...seqs.map((seq, i) => (seq - (seqs[i - 1] ?? -1)) / Math.max(8192, Math.floor(seq / 4))));
}

/** A ledger that grows by these steps, with a checkpoint after each; what is missing is made beforehand where `fills`. */
function grow(steps: readonly number[], fills: boolean): number[] {
  let seqs: number[] = [];
  let head = 0;
  for (const step of steps) {
    head += step;
    const made = fills ? missing(seqs, head) : [];
    const all = [...new Set([...seqs, ...made])].toSorted((a, b) => a - b);
    const dropped = superfluous(all, head);
    seqs = [...all.filter((seq) => !dropped.includes(seq)), head];
  }
  return seqs;
}

const small = fc.array(fc.integer({ min: 1, max: 8191 }), { minLength: 1, maxLength: 400 });
const large = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 30 });

describe('checkpoints of a growing ledger', () => {
  it('are near before every event, and few', () => {
    fc.assert(
      fc.property(small, (steps) => {
        const seqs = grow(steps, false);
        expect(worst(seqs)).toBeLessThanOrEqual(1);
        expect(seqs.length).toBeLessThan(3 + 2 * (Math.log(Math.max(...seqs) / 8192 + 2) / Math.log(4 / 3)));
      }),
    );
  });

  it('are near before every event also where it grows by leaps, once what is missing is made', () => {
    fc.assert(
      fc.property(large, (steps) => {
        const seqs = grow(steps, true);
        expect(worst(seqs)).toBeLessThanOrEqual(1);
        expect(missing(seqs, Math.max(...seqs))).toEqual([]);
        expect(seqs.length).toBeLessThan(6 + 3 * (Math.log(Math.max(...seqs) / 8192 + 2) / Math.log(4 / 3)));
      }),
    );
  });

  it('are none to a ledger that is short', () => {
    expect(missing([], 8000)).toEqual([]);
    expect(missing([], 10_000)).toEqual([8191]);
    expect(superfluous([100, 200, 300], 400)).toEqual([100, 200, 300]);
    expect(superfluous([100, 8000], 8400)).toEqual([100]);
  });
});
