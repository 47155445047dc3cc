import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IndexedRow, MemoryIndex, type SearchOptions } from '../../src/retrieval/engine.ts';
import { dot, norm, quantise } from '../../src/retrieval/quantise.ts';
import { aQuery, indexOf, long, rowOf, search, someRows } from './corpus.ts';

const DIMENSIONS = 5;
const component = fc.double({ noNaN: true, min: -1000, max: 1000 });
const aVector = fc
  .array(component, { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .filter((vector) => Math.max(...vector.map(Math.abs)) > 1e-3);

/** Eight bytes that tell a row version and a vector from any other, well enough for a test. */
function digestOf(id: string, version: number, vector: Int8Array): Uint8Array {
  let [a, b] = [2166136261, 40503];
  for (const byte of Buffer.from(`${id} ${version} ${vector.join()}`)) {
    a = Math.imul(a ^ byte, 16777619);
    b = Math.imul(b + byte, 2654435761) ^ (a >>> 7);
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, a);
  new DataView(bytes.buffer).setUint32(4, b);
  return bytes;
}

function put(index: MemoryIndex, id: string, vector: readonly number[], version = 1): void {
  const bytes = quantise(vector) ?? new Int8Array(DIMENSIONS);
  index.vectors.put(long(id), version, bytes, digestOf(long(id), version, bytes));
}

describe('a quantised vector', () => {
  it('keeps its direction, whatever its length was', () => {
    fc.assert(
      fc.property(aVector, fc.integer({ min: -300, max: 300 }), (vector, power) => {
        const bytes = quantise(vector) ?? new Int8Array(0);
        const exact = Math.hypot(...vector);
        const cosine = vector.reduce((sum, value, i) => sum + value * (bytes[i] ?? 0), 0) / (exact * norm(bytes));
        expect(cosine).toBeGreaterThan(0.999);
        expect(Math.max(...bytes.map(Math.abs))).toBe(127);
        const scaled = vector.map((value) => value * 2 ** power);
        if (scaled.every(Number.isFinite)) expect(quantise(scaled)).toEqual(bytes);
      }),
    );
  });

  it('is none where there is no direction', () => {
    for (const nothing of [[], [0, -0], [1, Number.NaN], [1, Infinity], [Number.MIN_VALUE, 0]]) expect(quantise(nothing)).toBeNull();
  });

  it('is multiplied as whole numbers are', () => {
    const bytes = fc.int8Array({ minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const all = Int8Array.of(7, ...b);
        expect(dot(a, all, 1)).toBe(a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0));
      }),
    );
  });
});

const rowsWithVectors = someRows.chain((rows) =>
  fc.tuple(
    fc.constant(rows),
    fc.array(fc.option(aVector, { nil: null, freq: 4 }), { minLength: rows.length, maxLength: rows.length }),
    fc.array(fc.nat(), { minLength: rows.length, maxLength: rows.length }),
  ),
);

/** An index of the rows in some order, some of their vectors before them, some after. */
function filled(rows: readonly IndexedRow[], vectors: readonly (readonly number[] | null)[], order: readonly number[]): MemoryIndex {
  const index = new MemoryIndex({ sealAt: 6 });
  const turn = rows.map((_, i) => i).toSorted((a, b) => (order[a] ?? 0) - (order[b] ?? 0) || a - b);
  for (const i of turn) {
    const [row, vector] = [rows[i], vectors[i] ?? null];
    const early = (order[i] ?? 0) % 2 === 0;
    if (row === undefined) continue;
    if (vector !== null && early) put(index, row.id, vector);
    index.put(row);
    if (vector !== null && !early) put(index, row.id, vector);
  }
  return index;
}

const scopes: SearchOptions['scope'][] = [
  { collections: new Set(['default']), categories: null },
  { collections: new Set(['default', 'work']), categories: new Set(['health', 'identity']) },
  { collections: new Set(['default', 'work']), categories: null },
];

describe('searching with a vector', () => {
  it('gives the same, to the byte, in whatever order rows and vectors came', () => {
    fc.assert(
      fc.property(rowsWithVectors, aQuery, aVector, fc.constantFrom(...scopes), ([rows, vectors, order], query, asked, scope) => {
        const vector = quantise(asked);
        const one = filled(rows, vectors, order);
        const other = filled(rows, vectors, []);
        other.remove(long('99'));
        other.purge();
        const again = new MemoryIndex();
        for (const collection of ['work', 'default']) again.load(other.encode(collection));
        for (const [i, row] of rows.entries()) {
          const own = vectors[i] ?? null;
          if (own !== null) put(again, row.id, own);
        }
        const hits = search(one, query, { vector, scope });
        for (const same of [other, again]) {
          expect(search(same, query, { vector, scope })).toEqual(hits);
          expect(same.vectorsDigest({ scope })).toBe(one.vectorsDigest({ scope }));
        }
        const shares = hits.map(({ why }) => [...why.words, ...why.others].reduce((sum, { share }) => sum + share, 0));
        for (const sum of shares) expect(sum).toBeCloseTo(1, 2);
      }),
    );
  });

  it('sees nothing of what lies outside the scope', () => {
    fc.assert(
      fc.property(rowsWithVectors, aQuery, aVector, fc.constantFrom(...scopes), ([rows, vectors, order], query, asked, scope) => {
        const options = { vector: quantise(asked), scope };
        const within = rows.map((row) => scope.collections.has(row.collection) && scope.categories?.has(row.category) !== false);
        const index = filled(rows, vectors, order);
        const only = filled(
          rows.filter((_, i) => within[i]),
          vectors.filter((_, i) => within[i]),
          [],
        );
        expect(search(index, query, options)).toEqual(search(only, query, options));
        expect(index.vectorsDigest({ scope })).toBe(only.vectorsDigest({ scope }));
      }),
    );
  });

  it('gives what words alone give, to the byte, where there is no vector to go by', () => {
    fc.assert(
      fc.property(rowsWithVectors, aQuery, aVector, ([rows, vectors, order], query, asked) => {
        const words = JSON.stringify(search(indexOf(rows), query));
        expect(JSON.stringify(search(filled(rows, vectors, order), query))).toBe(words);
        expect(JSON.stringify(search(filled(rows, vectors, order), query, { vector: null }))).toBe(words);
        expect(JSON.stringify(search(indexOf(rows), query, { vector: quantise(asked) }))).toBe(words);
        expect(JSON.stringify(search(filled(rows, vectors, order), query, { vector: Int8Array.of(1, 2) }))).toBe(words);
      }),
    );
  });

  it('ranks rows that hold no word of the query by how near they are, and says so', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 89 }), { minLength: 1, maxLength: 12 }), (degrees) => {
        const rows = degrees.map((degree) => rowOf({ id: String(degree), text: 'hazelnut' }));
        const index = indexOf(rows);
        for (const degree of degrees) {
          const turned = (degree / 180) * Math.PI;
          index.vectors.put(
            long(String(degree)),
            1,
            quantise([1000 * Math.cos(turned), 1000 * Math.sin(turned)]) ?? new Int8Array(2),
            new Uint8Array(8),
          );
        }
        const cosineOf = (degree: number): number => {
          const one = index.vectors.get(long(String(degree)), 1) ?? new Int8Array(2);
          return (one[0] ?? 0) / norm(one);
        };
        const mean = (degrees.reduce((sum, degree) => sum + cosineOf(degree), 0) + 0.8) / (degrees.length + 4);
        const floor = mean + 0.15 * (1 - mean);
        const expected = degrees
          .filter((degree) => (cosineOf(degree) - floor) / (1 - floor) > 1e-5)
          .toSorted((a, b) => cosineOf(b) - cosineOf(a) || a - b)
          .map((degree) => long(String(degree)));
        const hits = search(index, 'zebra', { vector: Int8Array.of(127, 0) });
        expect(hits.map(({ id }) => id).slice(0, expected.length)).toEqual(expected);
        for (const { why } of hits) expect(why).toEqual({ words: [], others: [{ by: 'vector', share: 1, detail: null }] });
      }),
    );
  });

  it('counts for words that no row holds: meaning goes before a common word that happens to be asked for, too', () => {
    const common = Array.from({ length: 30 }, (_, i) => rowOf({ id: `b${i}`, text: 'at work again' }));
    const index = indexOf([...common, rowOf({ id: 'a', text: 'florrin' })]);
    for (const { id } of common) put(index, id, [0, 1, 0, 0, 0]);
    put(index, 'a', [2, 1, 0, 0, 0]);
    const hits = search(index, 'quindle at work', { vector: Int8Array.of(127, 0, 0, 0, 0) });
    expect(hits[0]).toMatchObject({ id: long('a'), why: { words: [], others: [{ by: 'vector' }] } });
    expect(hits.length).toBeGreaterThan(30);
  });

  it('goes by what each version said: as of then, the earlier one’s', () => {
    const index = indexOf([rowOf({ id: 'a', text: 'cello' })]);
    put(index, 'a', [1, 0, 0, 0, 0]);
    index.put(rowOf({ id: 'a', text: 'tuba', version: 2, from: 5 }));
    const vector = Int8Array.of(127, 0, 0, 0, 0);
    expect(search(index, 'x', { vector })).toEqual([]);
    expect(search(index, 'x', { vector, at: 4 }).map(({ id }) => id)).toEqual([long('a')]);
    put(index, 'a', [0, 1, 0, 0, 0], 2);
    expect(search(index, 'x', { vector })).toEqual([]);
    expect(search(index, 'x', { vector: Int8Array.of(0, 9, 0, 0, 0) }).map(({ id }) => id)).toEqual([long('a')]);
  });

  it('finds nothing of what was taken out, and nothing of it in the place where it lay', () => {
    const index = indexOf(['a', 'b'].map((id) => rowOf({ id, text: 'cello' })));
    put(index, 'a', [1, 0, 0, 0, 0]);
    put(index, 'b', [0, 1, 0, 0, 0]);
    const vector = Int8Array.of(127, 0, 0, 0, 0);
    index.remove(long('a'));
    expect(search(index, 'x', { vector })).toEqual([]);
    expect(index.vectors.size).toBe(1);
    index.put(rowOf({ id: 'c', text: 'tuba' }));
    expect(search(index, 'x', { vector })).toEqual([]);
    put(index, 'c', [1, 1, 0, 0, 0]);
    expect(search(index, 'x', { vector }).map(({ id }) => id)).toEqual([long('c')]);
    index.put(rowOf({ id: 'd', text: 'tuba' }));
    expect(search(index, 'x', { vector })).toHaveLength(1);
    index.vectors.remove(long('c'));
    put(index, 'd', [1, 0, 0, 0, 0]);
    expect(search(index, 'x', { vector }).map(({ id }) => id)).toEqual([long('d')]);
    index.vectors.clear();
    expect(search(index, 'x', { vector })).toEqual([]);
  });
});
