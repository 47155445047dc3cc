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

it('knows how long the longest line is above a row and below it, as going along every one of them tells', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  /** Without circles: sources come before. */
  const orderly = fc.array(fc.record({ row: fc.nat(5), sources: fc.option(fc.uniqueArray(fc.nat(5), { maxLength: 3 })) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(orderly, (all) => {
      const descent = new Descent();
      const sources = new Map<string, readonly string[]>();
      for (const { row, sources: given } of all) {
        const id = names[row] ?? '';
        const named = (given ?? []).filter((source) => source < row).map((source) => names[source] ?? '');
        if (given === null) descent.remove(id);
        else descent.put(id, named);
        sources.set(id, named);
        const up = (one: string): number => Math.max(0, ...(sources.get(one) ?? []).map((source) => 1 + up(source)));
        const below = (one: string): string[] => names.filter((name) => sources.get(name)?.includes(one) === true);
        const down = (one: string): number => Math.max(0, ...below(one).map((next) => 1 + down(next)));
        expect(names.map((name) => descent.depth(name))).toEqual(names.map(up));
        expect(names.map((name) => descent.height(name))).toEqual(names.map(down));
      }
    }),
  );
});

it('comes to an end on a circle, as only a forged vault has', () => {
  const descent = new Descent();
  descent.put('a', ['b']);
  descent.put('b', ['a']);
  expect(descent.depth('a')).toBeGreaterThan(0);
});
