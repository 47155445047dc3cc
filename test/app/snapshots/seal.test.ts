import { describe, expect, it } from 'vitest';
import { openSnapshot, sealSnapshot, type SnapshotSeal } from '../../../src/app/snapshots/seal.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { Redacted } from '../../../src/core/redacted.ts';
import { collectionKey } from '../../../src/crypto/collection-key.ts';
import type { StoredSnapshot } from '../../../src/store/snapshots.ts';
import { flipBit } from '../../support/tamper.ts';

const NAME = { vault: 'ab'.repeat(32), collection: `col_${'1'.repeat(32)}`, epoch: 3 };
const KEY = new Uint8Array(32).fill(7);
const SECRET = new Uint8Array(32).fill(9);
const sealOf = (
  more: Partial<typeof NAME> = {},
  key: Uint8Array = KEY,
  secret: Uint8Array = SECRET,
  engine = 'lexical/x',
): SnapshotSeal => ({
  key: collectionKey({ ...NAME, ...more }, new Redacted(key.slice())),
  secret: new Redacted(secret.slice()),
  engine,
});
const PLACE = { seq: 41, head: new Uint8Array(32).fill(3) };
const bytesOf = (length: number, salt: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + salt) & 255);
const contentsOf = (rows: number, index: number) => ({ rows: bytesOf(rows, 1), index: bytesOf(index, 2), vaultRows: 12, columnsFrom: 40 });

describe('a sealed snapshot', () => {
  it.each([
    [0, 0],
    [5, 0],
    [300, 200],
    [2 ** 20, 2 ** 20 + 1],
    [3 * 2 ** 20 - 1, 70],
  ])('opens to what was sealed: %i bytes of rows, %i of index', (rows, index) => {
    const contents = contentsOf(rows, index);
    const opened = openSnapshot(sealOf(), sealSnapshot(sealOf(), PLACE, contents, systemRandom));
    expect(opened).not.toBeNull();
    expect(Buffer.compare(opened?.rows ?? KEY, contents.rows)).toBe(0);
    expect(Buffer.compare(opened?.index ?? KEY, contents.index)).toBe(0);
    expect([opened?.vaultRows, opened?.columnsFrom]).toEqual([12, 40]);
  });

  it('opens to nothing once any bit of it is turned over', () => {
    const sealed = sealSnapshot(sealOf(), PLACE, contentsOf(90, 60), systemRandom);
    expect(sealed.parts).toHaveLength(3);
    for (const [i, part] of sealed.parts.entries()) {
      for (let bit = 0; bit < part.length * 8; bit += 3) {
        const parts = sealed.parts.with(i, flipBit(part, bit));
        expect(openSnapshot(sealOf(), { ...sealed, parts })).toBeNull();
      }
    }
  });

  it('opens to nothing with parts missing, added, cut, exchanged, or taken from another', () => {
    const contents = contentsOf(2 ** 20 + 9, 2 ** 20 + 9);
    const sealed = sealSnapshot(sealOf(), PLACE, contents, systemRandom);
    const other = sealSnapshot(sealOf(), PLACE, contents, systemRandom);
    const { parts } = sealed;
    const [first, second, ...rest] = parts;
    if (first === undefined || second === undefined) throw new Error('parts are wanted');
    const bends: (readonly Uint8Array[])[] = [
      [],
      [first],
      parts.slice(1),
      parts.slice(0, -1),
      [...parts, second],
      [first, ...rest],
      parts.with(1, second.slice(1)),
      parts.toReversed(),
      parts.with(2, parts[4] ?? first).with(4, parts[2] ?? first),
      parts.with(0, other.parts[0] ?? first),
      parts.with(1, other.parts[1] ?? first),
      parts.with(0, first.slice(0, 47)),
      parts.with(0, new Uint8Array(0)),
    ];
    for (const bent of bends) expect(openSnapshot(sealOf(), { ...sealed, parts: bent })).toBeNull();
    expect(openSnapshot(sealOf(), sealed)).not.toBeNull();
  });

  it('opens for its own vault, collection, epoch, place, keys and engine alone', () => {
    const sealed = sealSnapshot(sealOf(), PLACE, contentsOf(90, 60), systemRandom);
    const seals: SnapshotSeal[] = [
      sealOf({ vault: 'cd'.repeat(32) }),
      sealOf({ collection: `col_${'2'.repeat(32)}` }),
      sealOf({ epoch: 2 }),
      sealOf({}, flipBit(KEY, 0)),
      sealOf({}, KEY, flipBit(SECRET, 0)),
      sealOf({}, KEY, SECRET, 'lexical/y'),
    ];
    for (const seal of seals) expect(openSnapshot(seal, sealed)).toBeNull();
    const bent: StoredSnapshot[] = [
      { ...sealed, seq: 42 },
      { ...sealed, head: flipBit(PLACE.head, 0) },
    ];
    for (const one of bent) expect(openSnapshot(sealOf(), one)).toBeNull();
  });

  it('made twice of the same is never the same', () => {
    const make = (): StoredSnapshot => sealSnapshot(sealOf(), PLACE, contentsOf(90, 60), systemRandom);
    const [one, other] = [make(), make()];
    expect(one.parts.every((part, i) => Buffer.compare(part, other.parts[i] ?? KEY) !== 0)).toBe(true);
  });
});
