import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import {
  EMPTY_ROOT,
  leafHash,
  merklePath,
  nodeHash,
  rootOf,
  rootOfHashes,
  verifyConsistency,
  verifyInclusion,
} from '../../src/log/merkle.ts';
import { merkleVectors } from '../support/merkle-vectors.ts';
import { numberedLeaves, slowConsistency, slowPath, slowRoot } from './oracle.ts';
import { outcome } from './outcome.ts';

const invalid = expect.objectContaining({ code: 'proof_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });

// The entries and roots that Certificate Transparency implementations test with.
const CT_ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(fromHex);
const CT_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('hashing', () => {
  it('is what RFC 6962 says, at every size of the known tree', () => {
    expect(CT_ROOTS.map((_, size) => hex(rootOf(CT_ENTRIES.slice(0, size))))).toEqual(CT_ROOTS);
    expect(hex(EMPTY_ROOT)).toBe(CT_ROOTS[0]);
  });

  it('tells a leaf from a node of the same bytes', () => {
    const [left, right] = [leafHash(utf8('l')), leafHash(utf8('r'))];
    expect(hex(nodeHash(left, right))).not.toBe(hex(leafHash(new Uint8Array([...left, ...right]))));
  });

  it('hands out roots that may be written to', () => {
    rootOfHashes([]).fill(0);
    const leaves = numberedLeaves(1);
    rootOfHashes(leaves).fill(0);
    expect(hex(EMPTY_ROOT)).toBe(CT_ROOTS[0]);
    expect(leaves).toEqual(numberedLeaves(1));
  });

  it('gives the root that the recursion gives', () => {
    const leaves = numberedLeaves(300);
    for (let size = 0; size <= 300; size += 1) expect(hex(rootOfHashes(leaves.slice(0, size)))).toBe(hex(slowRoot(leaves.slice(0, size))));
  });
});

describe('small trees', () => {
  it('prove every entry, and none in another place', () => {
    for (let size = 1; size <= 20; size += 1) {
      const entries = Array.from({ length: size }, (_, i) => utf8(`salted ${i}`));
      const root = rootOf(entries);
      for (const [index, entry] of entries.entries()) {
        const path = merklePath(entries, index);
        expect(path).toEqual(slowPath(index, entries.map(leafHash)));
        verifyInclusion(index, size, leafHash(entry), path, root);
        const elsewhere = entries.map((_, other) => outcome(() => verifyInclusion(other, size, leafHash(entry), path, root)));
        expect(elsewhere).toEqual(entries.map((_, other) => (other === index ? { value: undefined } : { code: 'proof_invalid' })));
      }
    }
  });

  it.each([-1, 3, 0.5, NaN])('have no entry %d of three', (index) => {
    expect(() => merklePath([utf8('a'), utf8('b'), utf8('c')], index)).toThrow(refused);
  });
});

describe('verifyInclusion', () => {
  const leaves = numberedLeaves(7);
  const leaf = leaves[3] ?? EMPTY_ROOT;
  const root = slowRoot(leaves);
  const path = slowPath(3, leaves);

  it('takes the proof that the recursion makes', () => {
    expect(verifyInclusion(3, 7, leaf, path, root)).toBeUndefined();
  });

  it.each([
    [-1, 7],
    [3.5, 7],
    [NaN, 7],
    [7, 7],
    [8, 7],
    [3, -7],
    [3, 7.5],
    [3, 2 ** 53],
    [2 ** 53, 2 ** 53 + 2],
    [3, Infinity],
    [0, 0],
  ])('refuses index %d of size %d', (index, size) => {
    expect(() => verifyInclusion(index, size, leaf, path, root)).toThrow(invalid);
  });

  it('refuses hashes that are not 32 bytes', () => {
    const short = leaf.slice(1);
    expect(() => verifyInclusion(0, 1, short, [], short)).toThrow(invalid);
    expect(() => verifyInclusion(3, 7, leaf, [...path.slice(1), short], root)).toThrow(invalid);
  });
});

describe('verifyConsistency', () => {
  const leaves = numberedLeaves(12);
  const roots = Array.from({ length: 13 }, (_, size) => slowRoot(leaves.slice(0, size)));
  const rootAt = (size: number) => roots[size] ?? EMPTY_ROOT;

  it('takes every proof that the recursion makes, and no proof for another pair of sizes', () => {
    for (let size2 = 1; size2 <= 12; size2 += 1) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const proof = slowConsistency(size1, leaves.slice(0, size2));
        verifyConsistency(size1, size2, proof, rootAt(size1), rootAt(size2));
        const wrong = size1 === 1 ? 2 : size1 - 1;
        expect(() => verifyConsistency(wrong, size2, proof, rootAt(size1), rootAt(size2))).toThrow(invalid);
        expect(() => verifyConsistency(size1, size2, proof, rootAt(wrong), rootAt(size2))).toThrow(invalid);
        expect(() => verifyConsistency(size1, size2, proof, rootAt(size1), rootAt(size2 - 1))).toThrow(invalid);
        expect(() => verifyConsistency(size1, size2, [...proof, EMPTY_ROOT], rootAt(size1), rootAt(size2))).toThrow(invalid);
      }
    }
  });

  it('has nothing to say from an empty tree, except that it is the same one', () => {
    expect(verifyConsistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)).toBeUndefined();
    expect(() => verifyConsistency(0, 0, [], rootAt(1), rootAt(1))).toThrow(invalid);
    expect(() => verifyConsistency(0, 3, [], EMPTY_ROOT, rootAt(3))).toThrow(invalid);
  });

  it.each([
    [4, 3],
    [-1, 3],
    [1.5, 3],
    [2, 2 ** 53],
    [2, NaN],
  ])('refuses sizes %d and %d', (size1, size2) => {
    expect(() => verifyConsistency(size1, size2, [rootAt(1)], rootAt(2), rootAt(3))).toThrow(invalid);
  });
});

describe('mutated proofs', () => {
  const leaves = numberedLeaves(600);
  const size = fc.integer({ min: 2, max: 600 });

  it('of inclusion fail at any flipped bit, lost hash or added hash', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), fc.nat(255), (n, at, place, bit) => {
        const index = at % n;
        const tree = leaves.slice(0, n);
        const leaf = leaves[index] ?? EMPTY_ROOT;
        const proof = slowPath(index, tree);
        const root = slowRoot(tree);
        verifyInclusion(index, n, leaf, proof, root);
        const check = (mutated: Uint8Array[]) => expect(() => verifyInclusion(index, n, leaf, mutated, root)).toThrow(invalid);
        for (const mutated of mutations(proof, place, bit)) check(mutated);
        expect(() => verifyInclusion(index, n, flipped(leaf, bit), proof, root)).toThrow(invalid);
        expect(() => verifyInclusion(index, n, leaf, proof, flipped(root, bit))).toThrow(invalid);
      }),
      { numRuns: 150 },
    );
  });

  it('of consistency fail at any flipped bit, lost hash or added hash', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), fc.nat(255), (n, at, place, bit) => {
        const size1 = 1 + (at % (n - 1));
        const tree = leaves.slice(0, n);
        const proof = slowConsistency(size1, tree);
        const [root1, root2] = [slowRoot(leaves.slice(0, size1)), slowRoot(tree)];
        verifyConsistency(size1, n, proof, root1, root2);
        const check = (mutated: Uint8Array[]) => expect(() => verifyConsistency(size1, n, mutated, root1, root2)).toThrow(invalid);
        for (const mutated of mutations(proof, place, bit)) check(mutated);
        expect(() => verifyConsistency(size1, n, proof, flipped(root1, bit), root2)).toThrow(invalid);
        expect(() => verifyConsistency(size1, n, proof, root1, flipped(root2, bit))).toThrow(invalid);
      }),
      { numRuns: 150 },
    );
  });
});

function mutations(proof: readonly Uint8Array[], place: number, bit: number): Uint8Array[][] {
  const at = place % proof.length;
  return [
    proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash)),
    proof.filter((_, i) => i !== at),
    proof.toSpliced(at, 0, EMPTY_ROOT),
    [],
  ];
}

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  return hash.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

/** Whether a vector is told as it wants to be: it holds, or it is refused as a proof. */
function toldRight(wantErr: boolean, check: () => void): boolean {
  const result = outcome(check);
  return 'code' in result ? wantErr && result.code === 'proof_invalid' : !wantErr;
}

describe.skipIf(merkleVectors === null)('published vectors', () => {
  const { inclusion, consistency } = merkleVectors ?? { inclusion: [], consistency: [] };
  const all = (hashes: readonly string[] | null): Uint8Array[] => (hashes ?? []).map(fromBase64);

  it('of inclusion are all told right', () => {
    const wrong = inclusion.filter(
      (v) => !toldRight(v.wantErr, () => verifyInclusion(v.leafIdx, v.treeSize, fromBase64(v.leafHash), all(v.proof), fromBase64(v.root))),
    );
    expect(wrong).toEqual([]);
    expect(inclusion).toHaveLength(98);
  });

  it('of consistency are all told right', () => {
    const wrong = consistency.filter(
      (v) => !toldRight(v.wantErr, () => verifyConsistency(v.size1, v.size2, all(v.proof), fromBase64(v.root1), fromBase64(v.root2))),
    );
    expect(wrong).toEqual([]);
    expect(consistency).toHaveLength(98);
  });
});
