import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Descent } from '../../src/app/descent.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const steps = fc.array(fc.record({ row: name, sources: fc.option(fc.uniqueArray(name, { maxLength: 3 })) }), { maxLength: 30 });

it('finds all that derives from a row, as a search from every row upwards does', () => {
  fc.assert(
    fc.property(steps, name, (all, root) => {
      const descent = new Descent();
      const sources = new Map<string, readonly string[]>();
      for (const step of all) {
        if (step.sources === null) {
          descent.remove(step.row);
          sources.delete(step.row);
        } else {
          descent.put(step.row, step.sources);
          sources.set(step.row, step.sources);
        }
      }
      const reaches = (row: string, seen: readonly string[] = []): boolean =>
        (sources.get(row) ?? []).some((source) => source === root || (!seen.includes(source) && reaches(source, [...seen, source])));
      expect([...descent.below([root])].toSorted()).toEqual([...sources.keys()].filter((row) => reaches(row)).toSorted());
    }),
  );
});

it('names the nearest first, each once', () => {
  const descent = new Descent();
  descent.put('b', ['a']);
  descent.put('c', ['b', 'a']);
  descent.put('d', ['c']);
  expect([...descent.below(['a'])]).toEqual(['b', 'c', 'd']);
  descent.clear();
  expect([...descent.below(['a'])]).toEqual([]);
});
