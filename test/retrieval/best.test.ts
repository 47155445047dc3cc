import fc from 'fast-check';
import { expect, it } from 'vitest';
import { best } from '../../src/retrieval/best.ts';

it('keeps what a full sort would put first, in that order', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 0, max: 20 }), fc.boolean(), (all, limit, falling) => {
      const numbers = Uint32Array.from(all, (_, i) => i);
      const compare = (a: number, b: number): number => (falling ? b - a : a - b);
      const expected = numbers.toSorted((a, b) => (all[b] ?? 0) - (all[a] ?? 0) || compare(a, b)).slice(0, limit);
      expect(best(numbers, limit, { scoreOf: (number) => all[number] ?? 0, compare })).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
