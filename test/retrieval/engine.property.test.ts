import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type IndexedRow, MemoryIndex, type Scope } from '../../src/retrieval/engine.ts';
import { aQuery, indexOf, long, rowOf, search, someRows } from './corpus.ts';
import { plainSearch } from './plain-search.ts';

const aScope = fc.record({
  collections: fc.subarray(['default', 'work']).map((names) => new Set(names)),
  categories: fc.option(
    fc.subarray(['identity', 'health', 'travel']).map((names) => new Set(names)),
    { nil: null },
  ),
});

const inScope = (scope: Scope, row: IndexedRow): boolean =>
  scope.collections.has(row.collection) && (scope.categories === null || scope.categories.has(row.category));

it('rows outside the scope leave no trace: scores, order and reasons are those of an index without them', () => {
  fc.assert(
    fc.property(someRows, aQuery, aScope, fc.integer({ min: 1, max: 10 }), (rows, query, scope, limit) => {
      const all = search(indexOf(rows), query, { scope, limit });
      const alone = search(indexOf(rows.filter((row) => inScope(scope, row))), query, { scope, limit });
      expect(all).toEqual(alone);
    }),
    { numRuns: 300 },
  );
});

it('the same rows give the same bytes, in whatever order they came, went and came again', () => {
  const history = fc.tuple(someRows, someRows).chain(([rows, others]) =>
    fc.record({
      rows: fc.constant(rows),
      others: fc.constant(others),
      order: fc.shuffledSubarray(rows, { minLength: rows.length }),
    }),
  );
  fc.assert(
    fc.property(history, aQuery, ({ rows, others, order }, query) => {
      const straight = indexOf(rows);
      const roundabout = indexOf([...others, ...order.toReversed()]);
      for (const { id } of others) roundabout.remove(id);
      for (const row of order) roundabout.put(row);
      expect(roundabout.size).toBe(straight.size);
      expect(JSON.stringify(search(roundabout, query))).toBe(JSON.stringify(search(straight, query)));
      expect(JSON.stringify(search(straight, query))).toBe(JSON.stringify(search(straight, query)));
    }),
    { numRuns: 300 },
  );
});

it('scores are those of the ranking written down plainly', () => {
  fc.assert(
    fc.property(someRows, aQuery, aScope, (rows, query, scope) => {
      const hits = search(indexOf(rows), query, { scope });
      const expected = plainSearch(rows, query, { scope, now: 0, limit: 100, admits: () => true }).filter(({ score }) => score > 1e-6);
      expect(hits.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
      for (const { id, score } of expected) expect(hits.find((hit) => hit.id === id)?.score).toBeCloseTo(score, 5);
    }),
    { numRuns: 500 },
  );
});

it('ranks run from 1 by falling score, then id; shares add up to 1; a limit only cuts the end off', () => {
  fc.assert(
    fc.property(someRows, aQuery, fc.integer({ min: 0, max: 10 }), (rows, query, limit) => {
      const index = indexOf(rows);
      const hits = search(index, query);
      expect(hits.map(({ rank }) => rank)).toEqual(hits.map((_, i) => i + 1));
      expect(hits).toEqual(hits.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)));
      for (const { why } of hits) {
        expect([...why.words, ...why.others].reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 2);
        for (const list of [why.words, why.others]) expect(list).toEqual(list.toSorted((a, b) => b.share - a.share));
      }
      expect(search(index, query, { limit })).toEqual(hits.slice(0, limit));
    }),
  );
});

it('refused rows are left out and nothing else moves but ranks', () => {
  fc.assert(
    fc.property(someRows, aQuery, fc.func(fc.boolean()), fc.integer({ min: 1, max: 10 }), (rows, query, admits, limit) => {
      const index = indexOf(rows);
      const expected = search(index, query)
        .filter(({ id }) => admits(id))
        .slice(0, limit)
        .map((hit, i) => ({ ...hit, rank: i + 1 }));
      expect(search(index, query, { admits, limit })).toEqual(expected);
    }),
  );
});

it('any string is a query, and any string a row', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }));
  fc.assert(
    fc.property(text, text, (row, query) => {
      const index = new MemoryIndex();
      index.put(rowOf({ id: 'mem_1', category: 'c', text: row, subject: query }));
      for (const { score } of search(index, query)) expect(score).toBeGreaterThan(0);
      index.remove(long('mem_1'));
      expect(search(index, query)).toEqual([]);
    }),
  );
});
