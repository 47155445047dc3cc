import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Top } from '../../src/retrieval/top.ts';

const items = fc.uniqueArray(fc.record({ id: fc.string({ maxLength: 3 }), score: fc.integer({ min: 0, max: 5 }) }), {
  selector: ({ id }) => id,
  maxLength: 60,
});

it('keeps what a full sort would put first, in that order, whatever the order of offers', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 0, max: 20 }), (offered, limit) => {
      const top = new Top(limit);
      for (const item of offered) top.offer(item);
      const sorted = offered.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
      expect(top.ranked()).toEqual(sorted.slice(0, limit));
    }),
  );
});

it('says beforehand what it would keep', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 0, max: 5 }), (offered, limit) => {
      const top = new Top(limit);
      for (const item of offered) {
        const taken = top.takes(item);
        if (item.score < top.floor) expect(taken).toBe(false);
        top.offer(item);
        expect(top.ranked().includes(item)).toBe(taken);
      }
    }),
  );
});
