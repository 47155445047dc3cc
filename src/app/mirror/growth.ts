import { concat, equalBytes } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { cutEntryBundle, parseEntryBundle } from '../../log/entry-bundle.ts';
import { HASH_BYTES, leafHash } from '../../log/merkle.ts';
import { edgeTiles, encodeTilePath, TILE_WIDTH, type TileAddress, tileWidth } from '../../log/tile.ts';
import { type ChangedTile, growTree, treeRoot } from '../../log/tree.ts';
import type { StoreReader } from '../../store/store.ts';
import { ENTRIES } from '../log-keeper.ts';

/** Entries that are gone through at once, a multiple of a tile's width: about ten milliseconds of hashing. */
const STRIDE = 4096;

const EMPTY = new Uint8Array(0);

/** Where the log's entries and tiles are read. */
export type TileSource = Pick<StoreReader, 'tile'>;

/** What a log has grown by, or a part of it: files by path, and the root of the `size` entries there are with them. */
export interface Growth {
  readonly size: number;
  readonly root: Uint8Array;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** The root over the log's first `size` entries, from its tiles. @throws {MemSyncError} `log_broken` where they are not there */
export async function rootAt(source: TileSource, size: number): Promise<Uint8Array> {
  return treeRoot(size, readerOf(await edgeAt(source, size)));
}

/**
 * What a mirror of `from` entries lacks of one of `to`, piece by piece: bundles, full tiles, and of the tiles at the end as much as `to` fills.
 * All of it is made from the entries, so that where the last root is the one that was signed, every file leads to it.
 * @throws {MemSyncError} `log_broken` where the log’s files are not there
 */
export async function* growth(source: TileSource, from: number, to: number): AsyncGenerator<Growth> {
  let edge = await edgeAt(source, from);
  /** Changed since `from`, and not full yet: published as wide as they are in the end. */
  const partial = new Map<string, ChangedTile>();
  for (let size = from; size < to;) {
    const next = Math.min(to, (Math.floor(size / STRIDE) + 1) * STRIDE);
    const bundles = await bundlesFor(source, size, next);
    const leaves = bundles.flatMap(({ bytes }) => parseEntryBundle(bytes)).map(leafHash);
    // The first bundle begins with entries that the mirror has already: they are not among those that the tree grows by.
    requireSameLeaves(leaves.splice(0, size % TILE_WIDTH), edge.get(nameOf({ level: 0, index: Math.floor(size / TILE_WIDTH) })));
    const grown = growTree(size, leaves, readerOf(edge));
    const known = new Map(edge);
    for (const tile of grown.tiles) known.set(nameOf(tile), tile.bytes);
    edge = new Map(edgeTiles(next).map((tile) => [nameOf(tile), known.get(nameOf(tile)) ?? EMPTY]));
    const files = [...bundles];
    for (const tile of grown.tiles) {
      if (tile.bytes.length === TILE_WIDTH * HASH_BYTES) {
        partial.delete(nameOf(tile));
        files.push(fileOf(tile));
      } else partial.set(nameOf(tile), tile);
    }
    if (next === to) files.push(...[...partial.values()].map(fileOf));
    yield { size: next, root: grown.root, files };
    size = next;
    // Others are served between two pieces.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** The bundles that a log of `size` entries has from entry `from` on, each from its own first entry. */
async function bundlesFor(source: TileSource, from: number, size: number): Promise<Growth['files'][number][]> {
  const bundles: Growth['files'][number][] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index += 1) {
    const width = tileWidth(size, { level: 0, index });
    bundles.push({ path: encodeTilePath({ kind: 'entries', index, width }), bytes: await bundleAt(source, index, size) });
  }
  return bundles;
}

function requireSameLeaves(leaves: readonly Uint8Array[], tile: Uint8Array | undefined): void {
  if (leaves.length > 0 && !equalBytes(concat(...leaves), tile ?? EMPTY))
    throw new MemSyncError('log_broken', 'The log’s last entry bundle and its last tile do not agree.');
}

async function bundleAt(source: TileSource, index: number, size: number): Promise<Uint8Array> {
  const bytes = await source.tile(ENTRIES, index);
  if (bytes === null) throw new MemSyncError('log_broken', `The log’s entry bundle ${index} is missing.`);
  try {
    return cutEntryBundle(bytes, tileWidth(size, { level: 0, index }));
  } catch (cause) {
    throw new MemSyncError('log_broken', `The log’s entry bundle ${index} is cut short.`, { cause });
  }
}

async function edgeAt(source: TileSource, size: number): Promise<Map<string, Uint8Array>> {
  const edge = new Map<string, Uint8Array>();
  for (const { level, index, width } of edgeTiles(size)) {
    const bytes = await source.tile(level, index);
    if (bytes === null) throw new MemSyncError('log_broken', `The log’s tile ${level}/${index} is missing.`);
    edge.set(nameOf({ level, index }), bytes.subarray(0, width * HASH_BYTES));
  }
  return edge;
}

function fileOf({ level, index, bytes }: ChangedTile): Growth['files'][number] {
  return { path: encodeTilePath({ kind: 'hashes', level, index, width: bytes.length / HASH_BYTES }), bytes };
}

function nameOf({ level, index }: TileAddress): string {
  return `${level}/${index}`;
}

function readerOf(tiles: ReadonlyMap<string, Uint8Array>): { tile(level: number, index: number): Uint8Array } {
  return { tile: (level, index) => tiles.get(`${level}/${index}`) ?? EMPTY };
}
