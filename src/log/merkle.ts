import { equalBytes } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { sha256, sha256Parts } from '../crypto/sha256.ts';
import { inclusionRanges, isSize } from './range.ts';

/** Length of every hash in a tree. */
export const HASH_BYTES = 32;

/** The root of a tree without leaves: SHA-256 of nothing (RFC 6962 §2.1). */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** `SHA-256(00 ‖ entry)`: 32 bytes (RFC 6962 §2.1). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256Parts(LEAF_PREFIX, entry);
}

/** `SHA-256(01 ‖ left ‖ right)`: 32 bytes (RFC 6962 §2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256Parts(NODE_PREFIX, left, right);
}

/** The root over leaf hashes, in order: 32 bytes of its own; `EMPTY_ROOT`'s bytes for none. */
export function rootOfHashes(leafHashes: readonly Uint8Array[]): Uint8Array {
  let row = leafHashes;
  while (row.length > 1) row = pairUp(row);
  return (row[0] ?? EMPTY_ROOT).slice();
}

/** The row above: neighbours hashed together, an odd last one carried up as it is. It is the same tree as RFC 6962's recursion. */
function pairUp(row: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  let left: Uint8Array | undefined;
  for (const hash of row) {
    if (left === undefined) {
      left = hash;
    } else {
      above.push(nodeHash(left, hash));
      left = undefined;
    }
  }
  if (left !== undefined) above.push(left);
  return above;
}

/** The root of a small tree over entries (not hashes), as batch validations and receipts make them over salted leaves. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOfHashes(leaves.map(leafHash));
}

/**
 * The inclusion proof of one of a small tree's entries, from its sibling up; `verifyInclusion` takes it.
 * @throws {MemSyncError} `input_invalid` when there is no entry at `index`.
 */
export function merklePath(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  return pathOfHashes(leaves.map(leafHash), index);
}

/** As `merklePath`, for leaves that are hashed already. @throws {MemSyncError} `input_invalid` when there is no such leaf. */
export function pathOfHashes(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  return inclusionRanges(index, leafHashes.length).map(({ from, to }) => rootOfHashes(leafHashes.slice(from, to)));
}

/**
 * Checks that `hash` is leaf `index` of the tree of `size` leaves under `root` (RFC 9162 §2.1.3.2, the same trees as RFC 6962).
 * @throws {MemSyncError} `proof_invalid` when it is not so, or a size, an index or a hash is none.
 */
export function verifyInclusion(index: number, size: number, hash: Uint8Array, proof: readonly Uint8Array[], root: Uint8Array): void {
  if (!isSize(index) || !isSize(size) || index >= size) throw invalid('The tree has no leaf at that index.');
  requireHashes(hash, root, ...proof);
  let node = index;
  let last = size - 1;
  let computed = hash;
  for (const sibling of proof) {
    if (last === 0) throw invalid('The inclusion proof is too long.');
    if (isOdd(node) || node === last) {
      computed = nodeHash(sibling, computed);
      while (node !== 0 && !isOdd(node)) [node, last] = [half(node), half(last)];
    } else {
      computed = nodeHash(computed, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw invalid('The inclusion proof is too short.');
  if (!equalBytes(computed, root)) throw invalid('The inclusion proof does not lead to the root.');
}

/**
 * Checks that the tree of `size2` leaves under `root2` begins with the tree of `size1` leaves under `root1` (RFC 9162 §2.1.4.2).
 * Equal sizes need equal roots and no proof. A start at size 0 says nothing about the larger tree and is refused.
 * @throws {MemSyncError} `proof_invalid` when it is not so, or a size or a hash is none.
 */
export function verifyConsistency(size1: number, size2: number, proof: readonly Uint8Array[], root1: Uint8Array, root2: Uint8Array): void {
  if (!isSize(size1) || !isSize(size2) || size1 > size2) throw invalid('A tree cannot extend a larger one.');
  if (size1 === size2) return verifySame(size1, proof, root1, root2);
  if (size1 === 0) throw invalid('Every tree extends the empty one; there is nothing to prove.');
  requireHashes(root1, root2, ...proof);
  // A first tree that is one full subtree is its own starting point; the proof leaves it out.
  const [start, ...rest] = isPowerOfTwo(size1) ? [root1, ...proof] : proof;
  if (start === undefined) throw invalid('The consistency proof is empty.');
  let node = size1 - 1;
  let last = size2 - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let first = start;
  let second = start;
  for (const sibling of rest) {
    if (last === 0) throw invalid('The consistency proof is too long.');
    if (isOdd(node) || node === last) {
      first = nodeHash(sibling, first);
      second = nodeHash(sibling, second);
      while (node !== 0 && !isOdd(node)) [node, last] = [half(node), half(last)];
    } else {
      second = nodeHash(second, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw invalid('The consistency proof is too short.');
  if (!equalBytes(first, root1)) throw invalid('The consistency proof does not lead to the first root.');
  if (!equalBytes(second, root2)) throw invalid('The consistency proof does not lead to the second root.');
}

function verifySame(size: number, proof: readonly Uint8Array[], root1: Uint8Array, root2: Uint8Array): void {
  if (proof.length > 0) throw invalid('Trees of one size need no consistency proof.');
  if (!equalBytes(root1, root2)) throw invalid('Two roots of one size differ.');
  if (size === 0 && !equalBytes(root1, EMPTY_ROOT)) throw invalid('That is not the root of the empty tree.');
}

function requireHashes(...hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw invalid('A hash has 32 bytes.');
}

// Sizes go past 32 bits, where JavaScript's bit operators stop.
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (!isOdd(rest)) rest /= 2;
  return rest === 1;
}

function invalid(detail: string): MemSyncError {
  return new MemSyncError('proof_invalid', detail);
}
