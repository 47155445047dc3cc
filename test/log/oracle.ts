import { createHash } from 'node:crypto';
import { leafHash, nodeHash } from '../../src/log/merkle.ts';
import type { ChangedTile, TileReader } from '../../src/log/tree.ts';

/** RFC 6962 §2.1 written out as it stands there, slow and apart from the code under test, over leaf hashes. */
function digest(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function split(n: number): number {
  return 2 ** (32 - Math.clz32(n - 1) - 1);
}

/** MTH(D[n]) */
export function slowRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return digest();
  if (leaves.length === 1) return only;
  const k = split(leaves.length);
  return digest(Uint8Array.of(1), slowRoot(leaves.slice(0, k)), slowRoot(leaves.slice(k)));
}

/** PATH(m, D[n]) */
export function slowPath(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...slowPath(m, left), slowRoot(right)] : [...slowPath(m - k, right), slowRoot(left)];
}

/** PROOF(m, D[n]) */
export function slowConsistency(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return subProof(m, leaves, true);
}

function subProof(m: number, leaves: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [slowRoot(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k ? [...subProof(m, left, whole), slowRoot(right)] : [...subProof(m - k, right, false), slowRoot(left)];
}

/** `count` leaf hashes, each its own. */
export function numberedLeaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => leafHash(new TextEncoder().encode(`entry ${i}`)));
}

/** Tiles as a store keeps them: what changed replaces what was there, and must begin with it. Counts what is read. */
export class TileShelf implements TileReader {
  readonly tiles = new Map<string, Uint8Array>();
  readonly reads: string[] = [];

  tile(level: number, index: number): Uint8Array {
    this.reads.push(`${level}/${index}`);
    return this.tiles.get(`${level}/${index}`) ?? new Uint8Array(0);
  }

  keep(changed: readonly ChangedTile[]): void {
    for (const { level, index, bytes } of changed) {
      const before = this.tiles.get(`${level}/${index}`) ?? new Uint8Array(0);
      if (bytes.length <= before.length || before.some((byte, i) => byte !== bytes[i]))
        throw new Error('A tile was rewritten, not appended to.');
      this.tiles.set(`${level}/${index}`, bytes);
    }
  }
}

/** The tiles of a tree of any size whose leaves are all alike, so that every hash of a level is the same; counts what is read. */
export class UniformTiles implements TileReader {
  readonly leaf = leafHash(new TextEncoder().encode('the same again'));
  readonly reads: string[] = [];
  readonly #levels: Uint8Array[] = [];

  tile(level: number, index: number): Uint8Array {
    this.reads.push(`${level}/${index}`);
    while (this.#levels.length <= level) this.#levels.push(this.#nextLevel());
    return this.#levels[level] ?? new Uint8Array(0);
  }

  #nextLevel(): Uint8Array {
    let hash = this.#levels.at(-1)?.slice(0, 32) ?? this.leaf;
    if (this.#levels.length > 0) for (let i = 0; i < 8; i += 1) hash = nodeHash(hash, hash);
    const tile = new Uint8Array(256 * 32);
    for (let i = 0; i < 256; i += 1) tile.set(hash, i * 32);
    return tile;
  }
}
