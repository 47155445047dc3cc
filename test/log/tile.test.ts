import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeTiles, encodeTilePath, parseTilePath, type TilePath, tilesOf, tileWidth } from '../../src/log/tile.ts';
import { readsBackOrIsRefused, withChar } from './outcome.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });

const place = { index: fc.maxSafeNat(), width: fc.integer({ min: 1, max: 256 }) };
const anyPath: fc.Arbitrary<TilePath> = fc.oneof(
  fc.record({ kind: fc.constant('hashes' as const), level: fc.integer({ min: 0, max: 63 }), ...place }),
  fc.record({ kind: fc.constant('entries' as const), ...place }),
);

describe('tile paths', () => {
  it.each<[string, TilePath]>([
    ['tile/0/x001/x234/067', { kind: 'hashes', level: 0, index: 1_234_067, width: 256 }],
    ['tile/0/x001/x234/067.p/5', { kind: 'hashes', level: 0, index: 1_234_067, width: 5 }],
    ['tile/entries/x001/067', { kind: 'entries', index: 1067, width: 256 }],
    ['tile/entries/000.p/255', { kind: 'entries', index: 0, width: 255 }],
    ['tile/63/999', { kind: 'hashes', level: 63, index: 999, width: 256 }],
    ['tile/1/x001/000.p/1', { kind: 'hashes', level: 1, index: 1000, width: 1 }],
    ['tile/0/x009/x007/x199/x254/x740/991', { kind: 'hashes', level: 0, index: Number.MAX_SAFE_INTEGER, width: 256 }],
  ])('%s is written and read', (text, path) => {
    expect(encodeTilePath(path)).toBe(text);
    expect(parseTilePath(text)).toEqual(path);
  });

  it('round-trip', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(parseTilePath(encodeTilePath(path))).toEqual(path);
      }),
    );
  });

  it.each([
    '',
    'tile/0/0',
    'tile/0/67',
    'tile/0/0067',
    'tile/00/067',
    'tile/64/067',
    'tile/-1/067',
    'tile/100/067',
    'tile//067',
    'tile/0/x000/067',
    'tile/0/x001/x067',
    'tile/0/001/067',
    'tile/0/X001/067',
    'tile/0/067.p/0',
    'tile/0/067.p/256',
    'tile/0/067.p/05',
    'tile/0/067.p/',
    'tile/0/067.p',
    'tile/0/067/',
    'tile/0/067\n',
    '/tile/0/067',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/x001/x009/x007/x199/x254/x740/991',
    'tile/0/٠٦٧',
    'tile/entry/067',
  ])('refuses %j', (text) => {
    expect(() => parseTilePath(text)).toThrow(malformed);
  });

  it('with one character changed either name another tile or are refused', () => {
    fc.assert(
      fc.property(anyPath, fc.nat(), fc.constantFrom(...'0123456789x./pe '), (path, at, char) => {
        const mutated = withChar(encodeTilePath(path), at, char);
        expect(readsBackOrIsRefused(mutated, (text) => encodeTilePath(parseTilePath(text)))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<TilePath>([
    { kind: 'hashes', level: -1, index: 0, width: 1 },
    { kind: 'hashes', level: 64, index: 0, width: 1 },
    { kind: 'hashes', level: 0.5, index: 0, width: 1 },
    { kind: 'hashes', level: 0, index: -1, width: 1 },
    { kind: 'hashes', level: 0, index: 2 ** 53, width: 1 },
    { kind: 'entries', index: 0, width: 0 },
    { kind: 'entries', index: 0, width: 257 },
    { kind: 'entries', index: 1.5, width: 1 },
  ])('are not written for %j', (path) => {
    expect(() => encodeTilePath(path)).toThrow(refused);
  });
});

describe('the tiles of a tree', () => {
  it('are those of the specification’s example of 70,000', () => {
    const tiles = [...tilesOf(70_000)];
    const at = (level: number) => tiles.filter((tile) => tile.level === level);
    expect(at(0).length).toBe(274);
    expect(at(0).filter(({ width }) => width === 256).length).toBe(273);
    expect(at(0).at(-1)).toEqual({ level: 0, index: 273, width: 112 });
    expect(at(1)).toEqual([
      { level: 1, index: 0, width: 256 },
      { level: 1, index: 1, width: 17 },
    ]);
    expect(at(2)).toEqual([{ level: 2, index: 0, width: 1 }]);
    expect(at(3)).toEqual([]);
    expect(edgeTiles(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
  });

  it.each([
    [0, []],
    [1, [{ level: 0, index: 0, width: 1 }]],
    [255, [{ level: 0, index: 0, width: 255 }]],
    [
      256,
      [
        { level: 0, index: 0, width: 256 },
        { level: 1, index: 0, width: 1 },
      ],
    ],
    [
      257,
      [
        { level: 0, index: 0, width: 256 },
        { level: 0, index: 1, width: 1 },
        { level: 1, index: 0, width: 1 },
      ],
    ],
  ])('of %d leaves', (size, tiles) => {
    expect([...tilesOf(size)]).toEqual(tiles);
    expect(edgeTiles(size)).toEqual(tiles.filter(({ width }) => width < 256));
  });

  it('have the widths that tileWidth says, and the next one none', () => {
    for (const size of [1, 300, 65_536, 70_000]) {
      const indexes = new Map<number, number>();
      for (const { level, index, width } of tilesOf(size)) {
        expect(tileWidth(size, { level, index })).toBe(width);
        indexes.set(level, index);
      }
      for (const [level, index] of indexes) expect(tileWidth(size, { level, index: index + 1 })).toBe(0);
    }
    expect(tileWidth(70_000, { level: 63, index: 0 })).toBe(0);
    expect(tileWidth(2 ** 53 - 1, { level: 6, index: 0 })).toBe(31);
    expect(edgeTiles(2 ** 53 - 1).map(({ width }) => width)).toEqual([255, 255, 255, 255, 255, 255, 31]);
  });
});
