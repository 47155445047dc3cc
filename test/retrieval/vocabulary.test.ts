import fc from 'fast-check';
import { expect, it } from 'vitest';
import { numberIn, packed, weightIn } from '../../src/retrieval/postings.ts';
import { Vocabulary } from '../../src/retrieval/vocabulary.ts';

const weights = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 1, max: 600 }))
  .map((words) => new Map(Object.entries(words)));

it('packs numbers up to 2²⁴ with weights up to 255, and refuses more numbers', () => {
  expect(numberIn(packed(2 ** 24 - 1, 7))).toBe(2 ** 24 - 1);
  expect(weightIn(packed(2 ** 24 - 1, 7))).toBe(7);
  expect(weightIn(packed(3, 300))).toBe(255);
  expect(() => packed(2 ** 24, 1)).toThrow(RangeError);
});

it('knows which passages hold a term, and forgets a term with its last passage', () => {
  fc.assert(
    fc.property(fc.array(weights, { maxLength: 30 }), fc.array(fc.nat({ max: 29 })), (passages, removals) => {
      const vocabulary = new Vocabulary();
      const held = new Map(passages.map((words, passage) => [passage, { words, entries: vocabulary.add(passage, words) }]));
      const check = (): void => {
        const terms = new Set([...held.values()].flatMap(({ words }) => [...words.keys()]));
        expect(vocabulary.size).toBe(terms.size);
        for (const term of terms) {
          const number = vocabulary.numberOf(term);
          const postings = number === undefined ? undefined : vocabulary.postings(number);
          const found = Array.from(postings?.entries.subarray(0, postings.length) ?? [], (entry) => [numberIn(entry), weightIn(entry)]);
          const expected = [...held].flatMap(([passage, { words }]) =>
            words.has(term) ? [[passage, Math.min(words.get(term) ?? 0, 255)]] : [],
          );
          expect(new Set(found.map(String))).toEqual(new Set(expected.map(String)));
          expect(found.length).toBe(expected.length);
        }
      };
      check();
      for (const passage of [...removals, ...held.keys()]) {
        const gone = held.get(passage);
        if (gone === undefined) continue;
        vocabulary.remove(passage, gone.entries);
        held.delete(passage);
        check();
      }
      expect(vocabulary.size).toBe(0);
    }),
  );
});
