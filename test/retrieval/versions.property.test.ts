import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type IndexedRow, MemoryIndex } from '../../src/retrieval/engine.ts';
import { aQuery, aRow, indexOf, long, rowOf, search } from './corpus.ts';

const BOTH = { scope: { collections: new Set(['default', 'work']), categories: null } };

const SCOPES = [
  BOTH.scope,
  { collections: new Set(['work']), categories: null },
  { collections: new Set(['default', 'work']), categories: new Set(['health']) },
];

/** What happens to an index at one ledger position. */
type Act = { readonly put: IndexedRow } | { readonly remove: string } | { readonly purge: true } | { readonly reload: readonly string[] };

const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ put: aRow }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.integer({ min: 0, max: 12 }).map((number) => long(number.toString(16))) }) },
  { weight: 1, arbitrary: fc.constant({ purge: true as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ reload: ['default', 'work'] }, { reload: ['work', 'default'] }) },
);

/** An index after some acts, and what each row said from which position on. */
function after(acts: readonly Act[]): { index: MemoryIndex; rows: IndexedRow[] } {
  let index = new MemoryIndex({ sealAt: 6 });
  let rows: IndexedRow[] = [];
  const versions = new Map<string, number>();
  for (const [from, act] of acts.entries()) {
    if ('put' in act) {
      const version = (versions.get(act.put.id) ?? 0) + 1;
      versions.set(act.put.id, version);
      const row = { ...act.put, collection: /[02468ace]$/.test(act.put.id) ? 'default' : 'work', version, from };
      index.put(row);
      rows.push(row);
    } else if ('remove' in act) {
      index.remove(act.remove);
      rows = rows.filter(({ id }) => id !== act.remove);
      versions.delete(act.remove);
    } else if ('purge' in act) {
      index.purge();
    } else {
      index = reloaded(index, act.reload);
    }
    // What is known of a scope is led on as rows come.
    for (const scope of SCOPES) index.search('hazelnut', { ...BOTH, scope, limit: 1, now: 0, admits: () => true });
  }
  return { index, rows };
}

function reloaded(index: MemoryIndex, collections: readonly string[]): MemoryIndex {
  const loaded = new MemoryIndex({ sealAt: 6 });
  for (const collection of collections) expect(loaded.load(index.encode(collection))).toBe(true);
  return loaded;
}

/** What each row said at a position. */
function asOf(rows: readonly IndexedRow[], at: number): IndexedRow[] {
  const said = new Map<string, IndexedRow>();
  for (const row of rows) if (row.from <= at) said.set(row.id, row);
  return [...said.values()];
}

it('whatever was put, edited, removed, purged, encoded and loaded: searches give what a fresh index does, now and as of then', () => {
  fc.assert(
    fc.property(fc.array(anAct, { maxLength: 40 }), aQuery, fc.integer({ min: 0, max: 40 }), (acts, query, at) => {
      const { index, rows } = after(acts);
      const now = asOf(rows, Infinity);
      expect(index.size).toBe(now.length);
      for (const scope of SCOPES)
        expect(JSON.stringify(search(index, query, { scope }))).toBe(JSON.stringify(search(indexOf(now, 10_000), query, { scope })));
      expect(JSON.stringify(search(index, query, { ...BOTH, at }))).toBe(JSON.stringify(search(indexOf(asOf(rows, at)), query, BOTH)));
    }),
    { numRuns: 500 },
  );
});

it('an image is the same whatever way the rows came, and is another engine’s business when it is not whole', () => {
  const rows = Array.from({ length: 30 }, (_, i) => rowOf({ id: i.toString(16), text: `hazelnut ${i % 7} painted`, thread: `t${i % 3}` }));
  const image = indexOf(rows).encode('default');
  expect(indexOf(rows, 1000).encode('default')).toEqual(image);
  const index = indexOf([]);
  for (let length = 0; length < image.length; length += 7) expect(index.load(image.slice(0, length))).toBe(false);
  const foreign = image.slice();
  const at = Buffer.from(foreign).indexOf('lexical');
  foreign[at] = 0x4c;
  expect(index.load(foreign)).toBe(false);
  expect(index.size).toBe(0);
  // Also where it does not lie as its numbers would like to.
  expect(index.load(Buffer.concat([Buffer.alloc(1), image]).subarray(1))).toBe(true);
  expect(index.encode('default')).toEqual(image);
  expect(search(index, 'hazelnut 3')).toEqual(search(indexOf(rows), 'hazelnut 3'));
});

it('what is removed is gone from an image at once, and from memory at the next purge', () => {
  const index = indexOf(
    [rowOf({ id: '1', text: 'zephyrquill', speaker: 'Quillspeaker', thread: 'quillthread' }), rowOf({ id: '2', text: 'Porto' })],
    1000,
  );
  index.remove(long('1'));
  const image = Buffer.from(index.encode('default'));
  for (const word of ['zephyrquill', 'Quillspeaker', 'quillthread']) expect(image.includes(word)).toBe(false);
  const before = index.bytes;
  index.purge();
  expect(index.bytes).toBeLessThan(before);
  expect(search(index, 'Porto')).toHaveLength(1);
});

it('a row that was removed stays so when another collection is loaded, and can come again', () => {
  const index = indexOf([rowOf({ id: 'mem_1', text: 'hazelnut' }), rowOf({ id: 'mem_2', text: 'sunrise' })]);
  index.remove(long('mem_1'));
  expect(index.load(indexOf([rowOf({ id: 'mem_3', collection: 'work', text: 'hazelnut' })]).encode('work'))).toBe(true);
  expect(index.size).toBe(2);
  index.remove(long('mem_1'));
  expect(index.size).toBe(2);
  index.put(rowOf({ id: 'mem_1', text: 'hazelnut' }));
  expect(index.size).toBe(3);
  expect(search(index, 'hazelnut', BOTH).map(({ id }) => id)).toEqual([long('mem_1'), long('mem_3')]);
});
