import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KnownSubtrees } from '../../src/log/subtrees.ts';
import { growTree, proveInclusion, treeRoot } from '../../src/log/tree.ts';

const leaf = (of: string): Uint8Array => new Uint8Array(createHash('sha256').update(of).digest());
const leaves = (label: string, from: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => leaf(`${label} ${from + i}`));

/** A tree as its tiles have it. */
class Tiles {
  readonly #tiles = new Map<string, Uint8Array>();
  size = 0;

  tile(level: number, index: number): Uint8Array {
    return this.#tiles.get(`${level}/${index}`) ?? new Uint8Array(0);
  }

  keep(grown: ReturnType<typeof growTree>): void {
    for (const { level, index, bytes } of grown.tiles) this.#tiles.set(`${level}/${index}`, bytes);
    this.size = grown.size;
  }
}

/** So many leaves are added, or are not after all; then so many proofs are asked for. */
const STEP = fc.record({ count: fc.integer({ min: 1, max: 700 }), kept: fc.boolean(), asked: fc.array(fc.nat(), { maxLength: 6 }) });

it('what is known of a tree changes no root and no proof, whatever has been given up in between', () => {
  fc.assert(
    fc.property(fc.array(STEP, { minLength: 1, maxLength: 12 }), (steps) => {
      const known = new KnownSubtrees();
      const tiles = new Tiles();
      for (const [i, { count, kept, asked }] of steps.entries()) {
        const fork = known.fork();
        const grown = growTree(tiles.size, leaves(kept ? 'kept' : `given up ${i}`, tiles.size, count), tiles, fork);
        expect(grown).toEqual(growTree(tiles.size, leaves(kept ? 'kept' : `given up ${i}`, tiles.size, count), tiles));
        if (kept) {
          tiles.keep(grown);
          known.absorb(fork);
        }
        if (tiles.size === 0) continue;
        expect(treeRoot(tiles.size, tiles, known)).toEqual(treeRoot(tiles.size, tiles));
        for (const at of asked) {
          const index = at % tiles.size;
          expect(proveInclusion(index, tiles.size, tiles, known)).toEqual(proveInclusion(index, tiles.size, tiles));
        }
      }
    }),
    { numRuns: 60 },
  );
});

it('nobody who is handed a hash can change what is known', () => {
  const known = new KnownSubtrees();
  const tiles = new Tiles();
  tiles.keep(growTree(0, leaves('kept', 0, 300), tiles, known));
  const root = treeRoot(256, tiles, known);
  const again = treeRoot(256, tiles, known).slice();
  root.fill(0);
  for (const hash of proveInclusion(299, 300, tiles, known)) hash.fill(0);
  expect(treeRoot(256, tiles, known)).toEqual(again);
  expect(proveInclusion(299, 300, tiles, known)).toEqual(proveInclusion(299, 300, tiles));
});

it('many hashes do not pile up, and those that are let go are worked out anew', () => {
  const known = new KnownSubtrees();
  const hash = leaf('x');
  for (let index = 0; index < 100_000; index += 1) known.set({ height: 1, index }, hash);
  expect(known.get({ height: 1, index: 0 })).toBeUndefined();
  expect(known.get({ height: 1, index: 99_999 })).toBe(hash);
  const fork = known.fork();
  fork.set({ height: 2, index: 1 }, hash);
  expect(fork.get({ height: 1, index: 99_999 })).toBe(hash);
  expect(known.get({ height: 2, index: 1 })).toBeUndefined();
  known.absorb(fork);
  expect(known.get({ height: 2, index: 1 })).toBe(hash);
});
