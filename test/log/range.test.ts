import { describe, expect, it } from 'vitest';
import { consistencyRanges, inclusionRanges, isSize, type LeafRange, perfectSubtrees, requireSize } from '../../src/log/range.ts';

const refused = expect.objectContaining({ code: 'input_invalid' });

/** PATH(m, D[from:to]) of RFC 6962 §2.1.1 as the ranges that it hashes. */
function pathRanges(m: number, from: number, to: number): LeafRange[] {
  if (to - from === 1) return [];
  const middle = from + 2 ** (31 - Math.clz32(to - from - 1));
  return m < middle ? [...pathRanges(m, from, middle), { from: middle, to }] : [...pathRanges(m, middle, to), { from, to: middle }];
}

/** SUBPROOF(m, D[from:to], whole) of RFC 6962 §2.1.2 likewise. */
function subProofRanges(m: number, from: number, to: number, whole: boolean): LeafRange[] {
  if (m === to) return whole ? [] : [{ from, to }];
  const middle = from + 2 ** (31 - Math.clz32(to - from - 1));
  return m <= middle
    ? [...subProofRanges(m, from, middle, whole), { from: middle, to }]
    : [...subProofRanges(m, middle, to, false), { from, to: middle }];
}

const spell = (ranges: readonly LeafRange[]) => ranges.map(({ from, to }) => `${from}-${to}`).join(' ');

describe('proof ranges', () => {
  it('of inclusion are those of the recursion, for every leaf of every size up to 600', () => {
    const differing: string[] = [];
    for (let size = 1; size <= 600; size += 1) {
      for (let index = 0; index < size; index += 1) {
        if (spell(inclusionRanges(index, size)) !== spell(pathRanges(index, 0, size))) differing.push(`${index} of ${size}`);
      }
    }
    expect(differing).toEqual([]);
    expect(spell(inclusionRanges(4, 7))).toBe('5-6 6-7 0-4');
  });

  it('of consistency are those of the recursion, for every pair of sizes up to 600', () => {
    const differing: string[] = [];
    for (let size2 = 1; size2 <= 600; size2 += 1) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        if (spell(consistencyRanges(size1, size2)) !== spell(subProofRanges(size1, 0, size2, true))) differing.push(`${size1} to ${size2}`);
      }
    }
    expect(differing).toEqual([]);
    expect(spell(consistencyRanges(3, 7))).toBe('2-3 3-4 0-2 4-7');
  });

  it('reach to the largest size', () => {
    const size = Number.MAX_SAFE_INTEGER;
    expect(inclusionRanges(0, size).length).toBe(53);
    expect(inclusionRanges(size - 1, size).length).toBe(52);
    expect(inclusionRanges(0, size).at(-1)).toEqual({ from: 2 ** 52, to: size });
    expect(consistencyRanges(2 ** 52, size)).toEqual([{ from: 2 ** 52, to: size }]);
  });

  it('are refused for what is no leaf and no size', () => {
    for (const size of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      expect(isSize(size)).toBe(false);
      expect(() => requireSize(size)).toThrow(refused);
      expect(() => inclusionRanges(0, size)).toThrow(refused);
      expect(() => inclusionRanges(size, 600)).toThrow(refused);
      expect(() => consistencyRanges(size, 600)).toThrow(refused);
      expect(() => consistencyRanges(1, size)).toThrow(refused);
    }
    expect(() => inclusionRanges(600, 600)).toThrow(refused);
    expect(() => consistencyRanges(601, 600)).toThrow(refused);
  });
});

describe('perfectSubtrees', () => {
  it('splits off the largest first', () => {
    expect(perfectSubtrees({ from: 16, to: 27 })).toEqual([
      { height: 3, index: 2 },
      { height: 1, index: 12 },
      { height: 0, index: 26 },
    ]);
    expect(perfectSubtrees({ from: 0, to: 0 })).toEqual([]);
    expect(perfectSubtrees({ from: 0, to: Number.MAX_SAFE_INTEGER }).length).toBe(53);
  });
});
