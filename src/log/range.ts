import { MemSyncError } from '../core/errors.ts';

/** The leaves `from ≤ leaf < to` of one subtree of an RFC 6962 tree. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** A subtree that is full: the 2^`height` leaves from `index` × 2^`height` on. Its hash is the same in every larger tree. */
export interface PerfectSubtree {
  readonly height: number;
  readonly index: number;
}

/** Whether `value` can be a tree's size or a leaf's index: a safe integer, not negative. */
export function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** `size` itself. @throws {MemSyncError} `input_invalid` when it cannot be the size of a tree. */
export function requireSize(size: number): number {
  if (!isSize(size)) throw new MemSyncError('input_invalid', 'The size of a tree is a whole number from 0 to 2⁵³−1.');
  return size;
}

/** The largest power of two below `length`, which is at least 2: where RFC 6962 §2.1 splits a tree. */
function splitOf(length: number): number {
  let left = 1;
  while (left * 2 < length) left *= 2;
  return left;
}

/**
 * The subtrees whose hashes make the inclusion proof of `index`, from the leaf's sibling up to the root's child (RFC 6962 §2.1.1).
 * @throws {MemSyncError} `input_invalid` when the tree has no such leaf.
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  requireSize(size);
  if (!isSize(index) || index >= size) throw new MemSyncError('input_invalid', 'The tree has no leaf at that index.');
  const siblings: LeafRange[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      siblings.push({ from: middle, to });
      to = middle;
    } else {
      siblings.push({ from, to: middle });
      from = middle;
    }
  }
  return siblings.toReversed();
}

/**
 * The subtrees whose hashes make the consistency proof from `size1` to `size2`, in its order (RFC 6962 §2.1.2).
 * None when the sizes are equal, nor from an empty tree, which every tree extends.
 * @throws {MemSyncError} `input_invalid` when a size is none, or the first is the larger.
 */
export function consistencyRanges(size1: number, size2: number): LeafRange[] {
  requireSize(size2);
  if (requireSize(size1) > size2) throw new MemSyncError('input_invalid', 'A tree cannot extend a larger one.');
  if (size1 === 0) return [];
  const siblings: LeafRange[] = [];
  let from = 0;
  let to = size2;
  while (to !== size1) {
    const middle = from + splitOf(to - from);
    if (size1 <= middle) {
      siblings.push({ from: middle, to });
      to = middle;
    } else {
      siblings.push({ from, to: middle });
      from = middle;
    }
  }
  // What is left ends where the first tree ends; a verifier knows its hash already only when it is the whole first tree.
  if (from > 0) siblings.push({ from, to });
  return siblings.toReversed();
}

/** The full subtrees that a subtree's right spine splits into, left to right, each smaller than the one before. */
export function perfectSubtrees(range: LeafRange): PerfectSubtree[] {
  const parts: PerfectSubtree[] = [];
  let from = range.from;
  while (from < range.to) {
    let height = 0;
    while (2 ** (height + 1) <= range.to - from) height += 1;
    parts.push({ height, index: from / 2 ** height });
    from += 2 ** height;
  }
  return parts;
}
