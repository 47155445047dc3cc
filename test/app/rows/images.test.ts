import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, utf8 } from '../../../src/core/bytes.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import { RowImage } from '../../../src/app/rows/row-image.ts';
import { type ImageParts, writeImage } from '../../../src/app/rows/write-image.ts';
import { sha256 } from '../../../src/crypto/sha256.ts';
import type { RowRecord } from '../../../src/memory/row-record.ts';
import { anyRecord, anyRowId } from '../../support/headers.ts';
import { thrownBy } from '../../support/tamper.ts';

const COLLECTION = `col_${'b'.repeat(32)}`;
const hashOf = (word: string): Uint8Array => sha256(utf8(word)).slice(0, 16);
const WORDS = ['one', 'two', 'three'];

interface Row {
  readonly record: RowRecord;
  readonly says: readonly { readonly word: string; readonly version: number }[];
  readonly speaksOf: string | null;
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  record: anyRecord(COLLECTION),
  says: fc.uniqueArray(fc.record({ word: fc.constantFrom(...WORDS), version: fc.integer({ min: 1, max: 3 }) }), {
    selector: ({ word, version }) => `${word} ${version}`,
    maxLength: 3,
  }),
  speaksOf: fc.option(fc.constantFrom(...WORDS), { nil: null }),
});
const anyRows = fc.uniqueArray(anyRow, { selector: ({ record }) => record.header.row, maxLength: 12 });

function partsOf(rows: readonly Row[], base: RowImage | null, damaged: readonly string[] = []): ImageParts {
  const sorted = [...rows].sort((a, b) => (a.record.header.row < b.record.header.row ? -1 : 1));
  const changed = new Set(rows.map(({ record }) => record.header.row));
  return {
    base,
    changed: sorted.map(({ record }) => record),
    sayings: rows.flatMap(({ record, says }) => says.map(({ word, version }) => ({ hash: hashOf(word), row: record.header.row, version }))),
    attributes: rows.flatMap(({ record, speaksOf }) => (speaksOf === null ? [] : [{ hash: hashOf(speaksOf), row: record.header.row }])),
    speaksAnew: (row) => changed.has(row),
    damaged,
  };
}

const imageOf = (rows: readonly Row[], base: RowImage | null = null): RowImage => new RowImage(COLLECTION, writeImage(partsOf(rows, base)));

/** All that an image says, in an order of its own. */
function told(image: RowImage): unknown {
  const rows = Array.from({ length: image.count }, (_, i) => i).filter((i) => image.isLive(i));
  return {
    rows: rows.map((i) => image.read(i, image.id(i))),
    found: rows.map((i) => image.find(image.id(i)) === i),
    says: WORDS.map((word) =>
      image
        .saying(hashOf(word))
        .map(({ row, version }) => `${row} ${version}`)
        .toSorted(),
    ),
    speaksOf: WORDS.map((word) => image.speakingOf(hashOf(word)).toSorted()),
    derived: [...image.derived()],
  };
}

function expected(rows: readonly Row[]): unknown {
  const sorted = [...rows].sort((a, b) => (a.record.header.row < b.record.header.row ? -1 : 1));
  const idOf = ({ record }: Row): string => record.header.row;
  return {
    rows: sorted.map(({ record }) => ({ ...record, commitment: record.commitment.slice(0, 32) })),
    found: sorted.map(() => true),
    says: WORDS.map((word) =>
      rows.flatMap((row) => row.says.filter((one) => one.word === word).map(({ version }) => `${idOf(row)} ${version}`)).toSorted(),
    ),
    speaksOf: WORDS.map((word) =>
      rows
        .filter(({ speaksOf }) => speaksOf === word)
        .map(idOf)
        .toSorted(),
    ),
    derived: sorted
      .filter(({ record }) => record.header.derivedFrom.length > 0)
      .map(({ record }) => [record.header.row, record.header.derivedFrom]),
  };
}

describe('an image of rows', () => {
  it('says what was written into it, and finds it', () => {
    fc.assert(
      fc.property(anyRows, anyRowId, (rows, stranger) => {
        const image = imageOf(rows);
        expect(told(image)).toEqual(expected(rows));
        if (!rows.some(({ record }) => record.header.row === stranger)) expect(image.find(stranger)).toBe(-1);
        expect(image.find('mem_nonsense')).toBe(-1);
      }),
    );
  });

  it('made over an earlier one, with rows changed, added and taken out, says what one made afresh does', () => {
    fc.assert(
      fc.property(anyRows, anyRows, fc.infiniteStream(fc.boolean()), (before, more, choices) => {
        const base = imageOf(before);
        const choose = (): boolean => choices.next().value === true;
        const gone = new Set(before.filter(choose).map(({ record }) => record.header.row));
        base.forget(gone);
        const left = before.filter(({ record }) => !gone.has(record.header.row));
        // Some of the rows that are left get another version, beside what they said before.
        const edited = left.filter(choose).map((row, i): Row => {
          const other = more[i] ?? row;
          return {
            record: { ...other.record, header: { ...other.record.header, row: row.record.header.row } },
            says: [],
            speaksOf: other.speaksOf,
          };
        });
        const ids = new Set(before.map(({ record }) => record.header.row));
        const added = more.filter(({ record }) => !ids.has(record.header.row));
        const image = imageOf([...edited, ...added], base);
        const now = left.map((row) => {
          const changed = edited.find(({ record }) => record.header.row === row.record.header.row);
          return changed === undefined ? row : { ...changed, says: row.says };
        });
        expect(told(image)).toEqual(expected([...now, ...added]));
      }),
    );
  });

  it('keeps nothing of what is forgotten, and all of the rest', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(), (rows, pick) => {
        const image = imageOf(rows);
        const target = rows[pick % Math.max(1, rows.length)];
        if (target === undefined) return;
        const { row } = target.record.header;
        const record = image.record(image.find(row));
        image.forget([row]);
        expect(record.every((byte) => byte === 0)).toBe(true);
        expect(image.find(row)).toBe(-1);
        expect(told(image)).toEqual(expected(rows.filter((one) => one !== target)));
      }),
    );
  });

  it('leaves no fingerprint of what only a forgotten row said', () => {
    const record = fc.sample(anyRecord(COLLECTION), 2);
    const [first, second] = record.map((one, i): Row => ({
      record: one,
      says: [{ word: WORDS[i] ?? '', version: 1 }],
      speaksOf: WORDS[i] ?? null,
    }));
    if (first === undefined || second === undefined) throw new Error('two rows are wanted');
    const bytes = writeImage(partsOf([first, second], null));
    const image = new RowImage(COLLECTION, bytes);
    const has = (word: string): boolean => hex(bytes).includes(hex(hashOf(word)));
    expect([has('one'), has('two')]).toEqual([true, true]);
    image.forget([first.record.header.row]);
    expect([has('one'), has('two')]).toEqual([false, true]);
    image.wipe();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('that is cut short, or longer, is none', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(), (rows, pick) => {
        const bytes = writeImage(partsOf(rows, null, [`mem_${'0'.repeat(32)}`]));
        expect(new RowImage(COLLECTION, bytes.slice()).damaged()).toEqual([`mem_${'0'.repeat(32)}`]);
        for (const bent of [bytes.slice(0, pick % bytes.length), Uint8Array.of(...bytes, 0)])
          expect(
            isMemSyncError(
              thrownBy(() => new RowImage(COLLECTION, bent)),
              'encoding_invalid',
            ),
          ).toBe(true);
      }),
    );
  });
});
