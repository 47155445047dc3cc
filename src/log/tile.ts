import { MemSyncError } from '../core/errors.ts';

/** Hashes in a full tile, entries in a full bundle: height 8 (C2SP tlog-tiles, "Merkle Tree"). */
export const TILE_WIDTH = 256;

/** Levels that the path format has, 0 to 63. Trees of safe-integer size fill 0 to 6. */
const LEVELS = 64;

/**
 * One tile. Level 0 holds leaf hashes; a hash at level n+1 is the root of one full tile at level n.
 * Hash i of the tile is number `index` × 256 + i of its level.
 */
export interface TileAddress {
  readonly level: number;
  readonly index: number;
}

/** A tile as far as one tree fills it: `width` hashes, 1 to 256. */
export interface SizedTile extends TileAddress {
  readonly width: number;
}

/** What a path asks for: a tile of hashes, or the bundle of the entries under a level 0 tile. `width` is 256 for a full one. */
export type TilePath =
  | { readonly kind: 'hashes'; readonly level: number; readonly index: number; readonly width: number }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number };

const PATH = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/;

/**
 * `tile/0/x001/x234/067.p/5`, `tile/entries/x001/067` (C2SP tlog-tiles, "Merkle Tree").
 * @throws {MemSyncError} `input_invalid` on a level, index or width that no path has.
 */
export function encodeTilePath(path: TilePath): string {
  const level = path.kind === 'entries' ? 0 : path.level;
  const fits =
    Number.isSafeInteger(level) &&
    level >= 0 &&
    level < LEVELS &&
    Number.isSafeInteger(path.index) &&
    path.index >= 0 &&
    Number.isSafeInteger(path.width) &&
    path.width >= 1 &&
    path.width <= TILE_WIDTH;
  if (!fits) throw new MemSyncError('input_invalid', 'There is no tile of that level, index and width.');
  const digits = String(path.index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const number = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  const suffix = path.width < TILE_WIDTH ? `.p/${path.width}` : '';
  return `tile/${path.kind === 'entries' ? 'entries' : level}/${number}${suffix}`;
}

/** The tile or bundle that a path names; a tile has one spelling. @throws {MemSyncError} `encoding_invalid` on any other. */
export function parseTilePath(text: string): TilePath {
  const [, first, number, width] = PATH.exec(text) ?? [];
  if (first === undefined || number === undefined) throw malformedPath();
  const place = { index: Number(number.replaceAll(/[x/]/g, '')), width: width === undefined ? TILE_WIDTH : Number(width) };
  const path: TilePath = first === 'entries' ? { kind: 'entries', ...place } : { kind: 'hashes', level: Number(first), ...place };
  let again: string;
  try {
    again = encodeTilePath(path);
  } catch (cause) {
    throw malformedPath(cause);
  }
  if (again !== text) throw malformedPath();
  return path;
}

function malformedPath(cause?: unknown): MemSyncError {
  return new MemSyncError('encoding_invalid', 'Expected a tile path as C2SP tlog-tiles writes it.', { cause });
}

/** How many hashes a tree of `size` leaves has at a level: one for each full tile below, or leaf. */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** How many hashes of a tile a tree of `size` leaves has: 0 (no such tile) to 256. Level 0 counts for entry bundles too. */
export function tileWidth(size: number, tile: TileAddress): number {
  return Math.min(TILE_WIDTH, Math.max(0, hashesAtLevel(size, tile.level) - tile.index * TILE_WIDTH));
}

/** Every tile of a tree of `size` leaves, level by level, left to right. One at a time: a large tree has many. */
export function* tilesOf(size: number): Generator<SizedTile> {
  for (let level = 0; hashesAtLevel(size, level) > 0; level += 1) {
    const tiles = Math.ceil(hashesAtLevel(size, level) / TILE_WIDTH);
    for (let index = 0; index < tiles; index += 1) yield { level, index, width: tileWidth(size, { level, index }) };
  }
}

/** The partial tiles of a tree of `size` leaves, at most one a level, bottom up: all that its root or its growth needs. */
export function edgeTiles(size: number): SizedTile[] {
  const edge: SizedTile[] = [];
  for (let level = 0; hashesAtLevel(size, level) > 0; level += 1) {
    const width = hashesAtLevel(size, level) % TILE_WIDTH;
    if (width > 0) edge.push({ level, index: hashesAtLevel(size, level + 1), width });
  }
  return edge;
}
