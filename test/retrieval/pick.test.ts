import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pick, pickInOrder } from '../../src/retrieval/pick.ts';

it('keeps what a full sort would put first', () => {
  const scores = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true })), { maxLength: 80 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 0, max: 30 }), fc.boolean(), (all, count, falling) => {
      const numbers = Uint32Array.from(all, (_, i) => i);
      const compare = (a: number, b: number): number => (falling ? b - a : a - b);
      const choice = { scores: Float64Array.from(all), compare };
      const expected = numbers.toSorted((a, b) => (all[b] ?? 0) - (all[a] ?? 0) || compare(a, b)).slice(0, count);
      expect(pickInOrder(numbers, count, choice)).toEqual(expected);
      expect(pick(numbers, count, choice).toSorted()).toEqual(expected.toSorted());
      expect([...numbers]).toEqual(all.map((_, i) => i));
    }),
    { numRuns: 1000 },
  );
});

it('stays quick whatever stands where', () => {
  const patterns = [(i: number) => i, (i: number) => -i, () => 1, (i: number) => i % 2, (i: number) => Math.abs(i - 50_000)];
  for (const pattern of patterns) {
    const scores = Float64Array.from({ length: 100_000 }, (_, i) => pattern(i));
    const numbers = Uint32Array.from(scores.keys());
    expect(pick(numbers, 400, { scores, compare: (a, b) => a - b })).toHaveLength(400);
  }
});
