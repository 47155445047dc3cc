import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { EMPTY_ROOT, rootOfHashes, verifyConsistency, verifyInclusion } from '../../src/log/merkle.ts';
import { edgeTiles, tilesOf } from '../../src/log/tile.ts';
import { consistencyTiles, growTree, inclusionTiles, proveConsistency, proveInclusion, treeRoot } from '../../src/log/tree.ts';
import { numberedLeaves, slowConsistency, slowPath, slowRoot, TileShelf, UniformTiles } from './oracle.ts';

const LEAVES = numberedLeaves(70_000);
const refused = expect.objectContaining({ code: 'input_invalid' });
const broken = expect.objectContaining({ code: 'log_broken' });

/** A shelf with the tiles of the first `size` leaves, appended in one go. */
function shelfOf(size: number): TileShelf {
  const shelf = new TileShelf();
  shelf.keep(growTree(0, LEAVES.slice(0, size), shelf).tiles);
  shelf.reads.length = 0;
  return shelf;
}

const names = (tiles: readonly { level: number; index: number }[]) => tiles.map(({ level, index }) => `${level}/${index}`).toSorted();

describe('growTree', () => {
  it('gives the brute-force root after each batch, in any batching, and the tiles that such a tree has', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(5), fc.nat(300), fc.constantFrom(255, 256, 257, 512)), { minLength: 1, maxLength: 12 }),
        (batches) => {
          const shelf = new TileShelf();
          let size = 0;
          for (const batch of batches) {
            const grown = growTree(size, LEAVES.slice(size, size + batch), shelf);
            size += batch;
            expect(grown.size).toBe(size);
            expect(hex(grown.root)).toBe(hex(slowRoot(LEAVES.slice(0, size))));
            shelf.keep(grown.tiles);
            expect(hex(treeRoot(size, shelf))).toBe(hex(grown.root));
          }
          expect(shelf.tiles).toEqual(shelfOf(size).tiles);
          const widths = [...tilesOf(size)].map(({ level, index, width }): [string, number] => [`${level}/${index}`, width * 32]);
          expect(new Map([...shelf.tiles].map(([name, bytes]) => [name, bytes.length]))).toEqual(new Map(widths));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives every root up to 600, one leaf at a time', () => {
    const shelf = new TileShelf();
    for (let size = 0; size < 600; size += 1) {
      const grown = growTree(size, LEAVES.slice(size, size + 1), shelf);
      shelf.keep(grown.tiles);
      expect(hex(grown.root)).toBe(hex(slowRoot(LEAVES.slice(0, size + 1))));
    }
  });

  it('reaches the third level', () => {
    const shelf = shelfOf(65_530);
    const grown = growTree(65_530, LEAVES.slice(65_530), shelf);
    expect(hex(grown.root)).toBe(hex(rootOfHashes(LEAVES)));
    expect(grown.tiles.find(({ level }) => level === 2)?.bytes.length).toBe(32);
  });

  it('adds nothing for no leaves', () => {
    const grown = growTree(300, [], shelfOf(300));
    expect(grown).toEqual({ size: 300, root: slowRoot(LEAVES.slice(0, 300)), tiles: [] });
    expect(growTree(0, [], new TileShelf()).root).toEqual(EMPTY_ROOT);
  });

  it('goes by the size, not by what a tile holds beyond it', () => {
    const ahead = shelfOf(600);
    const grown = growTree(400, LEAVES.slice(400, 410), ahead);
    expect(hex(grown.root)).toBe(hex(slowRoot(LEAVES.slice(0, 410))));
    expect(grown.tiles.map(({ level, index, bytes }) => [level, index, bytes.length])).toEqual([[0, 1, 154 * 32]]);
  });

  it('reads the edge and writes little, however large the tree', () => {
    for (const [size, added] of [
      [1_000_000, 1],
      [1_000_000, 1000],
      [2 ** 24 - 1, 1],
      [2 ** 52 + 12_345, 5000],
    ] as const) {
      const uniform = new UniformTiles();
      const grown = growTree(
        size,
        Array.from({ length: added }, () => uniform.leaf),
        uniform,
      );
      expect(names(grown.tiles.map((tile) => ({ ...tile }))).length).toBeLessThanOrEqual(Math.ceil(added / 256) + 1 + 7);
      const edge = new Set([...names(edgeTiles(size)), ...names(edgeTiles(size + added))]);
      expect(new Set(uniform.reads).size).toBe(uniform.reads.length);
      expect(uniform.reads.filter((read) => !edge.has(read))).toEqual([]);
      expect(hex(grown.root)).toBe(hex(treeRoot(size + added, uniform)));
    }
  });

  it('refuses sizes that are none, and hashes that are not 32 bytes', () => {
    const shelf = shelfOf(3);
    for (const size of [-1, 0.5, NaN, 2 ** 53]) expect(() => growTree(size, [EMPTY_ROOT], shelf)).toThrow(refused);
    expect(() => growTree(Number.MAX_SAFE_INTEGER, [EMPTY_ROOT], new UniformTiles())).toThrow(refused);
    expect(() => growTree(3, [EMPTY_ROOT.slice(1)], shelf)).toThrow(refused);
  });

  it('says so when a tile is missing or short', () => {
    const shelf = shelfOf(300);
    expect(() => growTree(301, [EMPTY_ROOT], shelf)).toThrow(broken);
    expect(() => treeRoot(301, shelf)).toThrow(broken);
    expect(() => growTree(3, [EMPTY_ROOT], { tile: () => new Uint8Array(100) })).toThrow(broken);
    shelf.tiles.delete('1/0');
    expect(() => treeRoot(300, shelf)).toThrow(broken);
    expect(() => proveInclusion(299, 300, shelf)).toThrow(broken);
  });
});

describe('proofs from tiles', () => {
  it('of inclusion verify for every index of sizes up to 40, and for some of each up to 600', () => {
    const shelf = shelfOf(600);
    for (let size = 1; size <= 600; size += 1) {
      const root = treeRoot(size, shelf);
      expect(hex(root)).toBe(hex(slowRoot(LEAVES.slice(0, size))));
      for (let index = size > 40 ? size % 101 : 0; index < size; index += size > 40 ? 101 : 1) {
        verifyInclusion(index, size, LEAVES[index] ?? EMPTY_ROOT, proveInclusion(index, size, shelf), root);
      }
    }
  });

  it('are the ones that the recursion makes, at any size up to 600', () => {
    const shelf = shelfOf(600);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), (size, at) => {
        const leaves = LEAVES.slice(0, size);
        expect(proveInclusion(at % size, size, shelf)).toEqual(slowPath(at % size, leaves));
        expect(proveConsistency(1 + (at % size), size, shelf)).toEqual(slowConsistency(1 + (at % size), leaves));
      }),
      { numRuns: 150 },
    );
  });

  it('of consistency verify from every size to 64 and to 513', () => {
    const shelf = shelfOf(600);
    const roots = Array.from({ length: 601 }, (_, size) => treeRoot(size, shelf));
    for (const size2 of [64, 513]) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const proof = proveConsistency(size1, size2, shelf);
        verifyConsistency(size1, size2, proof, roots[size1] ?? EMPTY_ROOT, roots[size2] ?? EMPTY_ROOT);
      }
    }
    expect(proveConsistency(0, 600, shelf)).toEqual([]);
    expect(proveConsistency(600, 600, shelf)).toEqual([]);
  });

  it('verify across levels', () => {
    const shelf = shelfOf(70_000);
    const root = treeRoot(70_000, shelf);
    for (const index of [0, 255, 256, 65_535, 65_536, 69_887, 69_999]) {
      expect(verifyInclusion(index, 70_000, LEAVES[index] ?? EMPTY_ROOT, proveInclusion(index, 70_000, shelf), root)).toBeUndefined();
    }
    for (const size of [1, 256, 65_535, 65_536, 65_537, 69_999]) {
      const proof = proveConsistency(size, 70_000, shelf);
      expect(verifyConsistency(size, 70_000, proof, rootOfHashes(LEAVES.slice(0, size)), root)).toBeUndefined();
    }
  });

  it('verify at any size that a number can hold, reading a few tiles once each, those foretold', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(low > 0 && high > low);
        const uniform = new UniformTiles();
        const root = treeRoot(high, uniform);
        const lowRoot = treeRoot(low, uniform);
        uniform.reads.length = 0;
        verifyInclusion(low, high, uniform.leaf, proveInclusion(low, high, uniform), root);
        expect(uniform.reads.length).toBeLessThanOrEqual(14);
        expect(uniform.reads.toSorted()).toEqual(names(inclusionTiles(low, high)));
        uniform.reads.length = 0;
        verifyConsistency(low, high, proveConsistency(low, high, uniform), lowRoot, root);
        expect(uniform.reads.length).toBeLessThanOrEqual(14);
        expect(uniform.reads.toSorted()).toEqual(names(consistencyTiles(low, high)));
      }),
      { numRuns: 60 },
    );
  });

  it('need no more of a tile than is foretold', () => {
    const shelf = shelfOf(600);
    for (const [index, size] of [
      [0, 300],
      [299, 300],
      [256, 513],
    ] as const) {
      const cut = new TileShelf();
      for (const { level, index: at, width } of inclusionTiles(index, size)) {
        cut.tiles.set(`${level}/${at}`, shelf.tile(level, at).subarray(0, width * 32));
      }
      expect(proveInclusion(index, size, cut)).toEqual(proveInclusion(index, size, shelf));
    }
  });

  it('are refused where there is nothing to prove', () => {
    const shelf = shelfOf(300);
    for (const index of [-1, 300, 1.5, NaN]) expect(() => proveInclusion(index, 300, shelf)).toThrow(refused);
    expect(() => proveInclusion(0, 0, shelf)).toThrow(refused);
    expect(() => proveInclusion(0, 2 ** 53, shelf)).toThrow(refused);
    expect(() => proveConsistency(301, 300, shelf)).toThrow(refused);
    expect(() => proveConsistency(-1, 300, shelf)).toThrow(refused);
    expect(() => proveConsistency(1.5, 300, shelf)).toThrow(refused);
    expect(() => treeRoot(-1, shelf)).toThrow(refused);
  });

  it('hand out hashes apart from the tiles', () => {
    const shelf = shelfOf(2);
    proveInclusion(0, 2, shelf)[0]?.fill(0);
    treeRoot(1, shelf).fill(0);
    expect(shelf.tiles).toEqual(shelfOf(2).tiles);
  });
});
