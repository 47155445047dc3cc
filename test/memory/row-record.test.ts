import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/core/packing.ts';
import { RowHeader } from '../../src/memory/header.ts';
import { readRecord, RecordNames, writeRecord } from '../../src/memory/row-record.ts';
import { anyRecord } from '../support/headers.ts';

const COLLECTION = `col_${'a'.repeat(32)}`;

describe('the record of a row', () => {
  it('comes back as it was written, whatever the row holds, with the first half of its commitment', () => {
    fc.assert(
      fc.property(fc.array(anyRecord(COLLECTION), { minLength: 1, maxLength: 5 }), (records) => {
        const names = new RecordNames();
        const written = records.map((record) => {
          expect(RowHeader.parse(record.header)).toEqual(record.header);
          const writer = new ByteWriter();
          writeRecord(writer, record, names);
          return writer.finish();
        });
        const later = new RecordNames(names.all);
        records.forEach((record, i) => {
          const read = readRecord(new ByteReader(written[i] ?? new Uint8Array(0)), record.header.row, COLLECTION, later);
          expect(read).toEqual({ ...record, commitment: record.commitment.slice(0, 32) });
        });
      }),
    );
  });

  it('holds every field that a header has', () => {
    const all = Object.keys(RowHeader.shape).toSorted();
    fc.assert(
      fc.property(anyRecord(COLLECTION), (record) => {
        expect(Object.keys(record.header).toSorted()).toEqual(all);
      }),
      { numRuns: 1 },
    );
  });
});
