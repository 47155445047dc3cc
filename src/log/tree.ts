import { MemSyncError } from '../core/errors.ts';
import { EMPTY_ROOT, HASH_BYTES, nodeHash, rootOfHashes } from './merkle.ts';
import { consistencyRanges, inclusionRanges, type LeafRange, type PerfectSubtree, perfectSubtrees, requireSize } from './range.ts';
import { KnownSubtrees } from './subtrees.ts';
import { hashesAtLevel, type SizedTile, TILE_WIDTH, type TileAddress, tileWidth } from './tile.ts';

/** Subtree heights that one tile spans: 2⁸ hashes. */
const TILE_HEIGHT = 8;

/**
 * Where tiles come from, at once: whoever stores them elsewhere fetches what `edgeTiles`, `inclusionTiles` or `consistencyTiles`
 * names beforehand. A tile is its hashes one after another, n × 32 bytes, at least as many as the tree's size needs; more do no harm.
 */
export interface TileReader {
  tile(level: number, index: number): Uint8Array;
}

/** A tile as it is now to be kept: all of its bytes so far. It begins with what was kept before. */
export interface ChangedTile extends TileAddress {
  readonly bytes: Uint8Array;
}

/** What appending to a tree came to: the new size, its root, and the tiles to be written, bottom up, left to right. */
export interface GrownTree {
  readonly size: number;
  readonly root: Uint8Array;
  readonly tiles: readonly ChangedTile[];
}

/**
 * Appends leaf hashes to a tree of `oldSize` leaves. Reads the tiles of `edgeTiles(oldSize)` and no others. `known` is what is known of the
 * tree's subtrees, and is told those of the grown one.
 * @throws {MemSyncError} `input_invalid` on a size past 2⁵³−1 or a hash that is not 32 bytes; `log_broken` when a tile is shorter
 * than the size needs.
 */
export function growTree(
  oldSize: number,
  newLeafHashes: readonly Uint8Array[],
  reader: TileReader,
  known: KnownSubtrees = new KnownSubtrees(),
): GrownTree {
  const size = requireSize(requireSize(oldSize) + newLeafHashes.length);
  if (newLeafHashes.some((hash) => hash.length !== HASH_BYTES)) throw new MemSyncError('input_invalid', 'A leaf hash has 32 bytes.');
  const source = cached(reader);
  const tiles: ChangedTile[] = [];
  let incoming = newLeafHashes;
  for (let level = 0; incoming.length > 0; level += 1) {
    const roots: Uint8Array[] = [];
    for (const tile of growLevel(oldSize, level, incoming, source)) {
      tiles.push(tile);
      if (tile.bytes.length === TILE_WIDTH * HASH_BYTES) roots.push(rootOfHashes(hashesOf(tile.bytes)));
    }
    incoming = roots;
  }
  const changed = new Map(tiles.map((tile) => [key(tile.level, tile.index), tile.bytes]));
  const grown = { tile: (level: number, index: number) => changed.get(key(level, index)) ?? source.tile(level, index) };
  return { size, root: treeRoot(size, grown, known), tiles };
}

/** The tiles of one level that change when `incoming` hashes follow the ones that the tree of `oldSize` leaves has there. */
function* growLevel(oldSize: number, level: number, incoming: readonly Uint8Array[], reader: TileReader): Generator<ChangedTile> {
  let index = hashesAtLevel(oldSize, level + 1);
  let held = hashesAtLevel(oldSize, level) % TILE_WIDTH;
  let next = 0;
  while (next < incoming.length) {
    const added = incoming.slice(next, next + TILE_WIDTH - held);
    const bytes = new Uint8Array((held + added.length) * HASH_BYTES);
    if (held > 0) bytes.set(readHashes(reader, { level, index }, 0, held));
    for (const [i, hash] of added.entries()) bytes.set(hash, (held + i) * HASH_BYTES);
    yield { level, index, bytes };
    next += added.length;
    index += 1;
    held = 0;
  }
}

/** The root of a tree of `size` leaves: 32 bytes of its own. Reads `edgeTiles(size)`. @throws {MemSyncError} as `growTree`. */
export function treeRoot(size: number, reader: TileReader, known: KnownSubtrees = new KnownSubtrees()): Uint8Array {
  return requireSize(size) === 0 ? EMPTY_ROOT.slice() : rangeRoot({ from: 0, to: size }, cached(reader), known);
}

/**
 * The inclusion proof of leaf `index` in the tree of `size` leaves; reads `inclusionTiles`. `known` as for `growTree`.
 * @throws {MemSyncError} as `growTree`.
 */
export function proveInclusion(index: number, size: number, reader: TileReader, known: KnownSubtrees = new KnownSubtrees()): Uint8Array[] {
  const source = cached(reader);
  return inclusionRanges(index, size).map((range) => rangeRoot(range, source, known));
}

/**
 * The proof that the tree of `size2` leaves extends the tree of `size1`; reads `consistencyTiles`. Empty for equal sizes and from
 * size 0 (a witness's call wants it so; `verifyConsistency` has nothing to check there). @throws {MemSyncError} as `growTree`.
 */
export function proveConsistency(size1: number, size2: number, reader: TileReader): Uint8Array[] {
  const source = cached(reader);
  const known = new KnownSubtrees();
  return consistencyRanges(size1, size2).map((range) => rangeRoot(range, source, known));
}

/** The tiles that `proveInclusion` reads, as wide as that tree has them. @throws {MemSyncError} as `proveInclusion`. */
export function inclusionTiles(index: number, size: number): SizedTile[] {
  return tilesUnder(inclusionRanges(index, size), size);
}

/** The tiles that `proveConsistency` reads, as wide as the larger tree has them. @throws {MemSyncError} as `proveConsistency`. */
export function consistencyTiles(size1: number, size2: number): SizedTile[] {
  return tilesUnder(consistencyRanges(size1, size2), size2);
}

function tilesUnder(ranges: readonly LeafRange[], size: number): SizedTile[] {
  const tiles = new Map<string, SizedTile>();
  for (const subtree of ranges.flatMap(perfectSubtrees)) {
    const { tile } = placeOf(subtree);
    tiles.set(key(tile.level, tile.index), { ...tile, width: tileWidth(size, tile) });
  }
  return [...tiles.values()];
}

/** The hash of a subtree, of its own: its full parts joined from the right, where RFC 6962 splits off the smallest. */
function rangeRoot(range: LeafRange, reader: TileReader, known: KnownSubtrees): Uint8Array {
  let root: Uint8Array | undefined;
  for (const subtree of perfectSubtrees(range).toReversed()) {
    const hash = subtreeHash(subtree, reader, known);
    root = root === undefined ? hash : nodeHash(hash, root);
  }
  return (root ?? EMPTY_ROOT).slice();
}

/** A full subtree's hash: as it is known, or read off a tile, or else of its halves. */
function subtreeHash(subtree: PerfectSubtree, reader: TileReader, known: KnownSubtrees): Uint8Array {
  const { height, index } = subtree;
  if (height % TILE_HEIGHT === 0) {
    const { tile, offset } = placeOf(subtree);
    return readHashes(reader, tile, offset, 1);
  }
  const before = known.get(subtree);
  if (before !== undefined) return before;
  const half = (side: number): Uint8Array => subtreeHash({ height: height - 1, index: 2 * index + side }, reader, known);
  const hash = nodeHash(half(0), half(1));
  known.set(subtree, hash);
  return hash;
}

/** Where the hashes that make a full subtree's lie: `count` of one tile, from hash `offset` on. */
function placeOf(subtree: PerfectSubtree): { tile: TileAddress; offset: number; count: number } {
  const level = Math.floor(subtree.height / TILE_HEIGHT);
  const count = 2 ** (subtree.height % TILE_HEIGHT);
  const first = subtree.index * count;
  return { tile: { level, index: Math.floor(first / TILE_WIDTH) }, offset: first % TILE_WIDTH, count };
}

function readHashes(reader: TileReader, tile: TileAddress, offset: number, count: number): Uint8Array {
  const bytes = reader.tile(tile.level, tile.index);
  const end = (offset + count) * HASH_BYTES;
  if (bytes.length < end || bytes.length % HASH_BYTES !== 0) {
    throw new MemSyncError('log_broken', `Tile ${tile.index} of level ${tile.level} is shorter than the log’s size needs.`);
  }
  return bytes.subarray(offset * HASH_BYTES, end);
}

function hashesOf(bytes: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += HASH_BYTES) hashes.push(bytes.subarray(offset, offset + HASH_BYTES));
  return hashes;
}

/** The same reader, asked once for each tile. */
function cached(reader: TileReader): TileReader {
  const tiles = new Map<string, Uint8Array>();
  return {
    tile(level, index) {
      const held = tiles.get(key(level, index)) ?? reader.tile(level, index);
      tiles.set(key(level, index), held);
      return held;
    },
  };
}

function key(level: number, index: number): string {
  return `${level}/${index}`;
}
