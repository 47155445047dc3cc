import { expect, it } from 'vitest';
import { Attributes } from '../../src/app/attributes.ts';

const header = (row: string, subject: string | null = 'user', attribute: string | null = 'mood', collection = 'col') => ({
  row,
  subject,
  attribute,
  collection,
});

it('finds what speaks of the same, however it is spelt, in its own collection alone', () => {
  const attributes = new Attributes();
  attributes.put(header('a'));
  attributes.put(header('b', 'User ', 'MOOD'));
  attributes.put(header('c', 'user', 'mood', 'other'));
  attributes.put(header('d', null));
  const all = (): boolean => true;
  expect(attributes.of(header('x'), all)).toEqual(['a', 'b']);
  expect(attributes.of(header('x', null), all)).toEqual([]);
  attributes.put(header('a', 'user', 'diet'));
  attributes.remove('b');
  expect(attributes.of(header('x'), all)).toEqual([]);
});

it('looks at a row that is out of use once, and again when it is put back', () => {
  const attributes = new Attributes();
  const used = new Set<string>();
  const looked: string[] = [];
  const inUse = (row: string): boolean => looked.push(row) > 0 && used.has(row);
  // An attribute that changes a thousand times: each new row finds the one before it, and does not go through all the others.
  for (let day = 0; day < 1000; day++) {
    used.clear();
    used.add(`row ${day - 1}`);
    expect(attributes.of(header('x'), inUse)).toEqual(day === 0 ? [] : [`row ${day - 1}`]);
    attributes.put(header(`row ${day}`));
  }
  expect(looked.length).toBeLessThan(2500);
  used.add('row 7');
  expect(attributes.of(header('x'), inUse)).not.toContain('row 7');
  attributes.put(header('row 7'));
  expect(attributes.of(header('x'), inUse)).toContain('row 7');
});
