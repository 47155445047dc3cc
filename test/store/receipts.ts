import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredReceipt, StoredReceiptRow } from '../../src/store/records.ts';
import type { ReceiptFilter } from '../../src/store/store.ts';
import type { Subject } from './conformance.ts';
import { change, commitOf, grantId, hash, NOW, receipt, receiptId, receiptRow, rowId, vaultId } from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');
const COUNT = 24;

const RECEIPTS: readonly StoredReceipt[] = Array.from({ length: COUNT }, (_, n) =>
  receipt(n, { grant: grantId(1 + (n % 2)), threadTag: n % 3 === 0 ? null : hash(`thread ${n % 3}`) }),
);
const ROWS: readonly StoredReceiptRow[] = RECEIPTS.flatMap((_, n) => [receiptRow(n, 0, n % 4), receiptRow(n, 1, 4 + (n % 5))]);

/** The list, worked out the long way. */
function expectedList(filter: ReceiptFilter): StoredReceipt[] {
  const { grant, row, threadTag, from, to, before } = filter;
  const tag = threadTag === null ? null : Buffer.from(threadTag);
  return RECEIPTS.toReversed()
    .filter((one) => grant === null || one.grant === grant)
    .filter((one) => row === null || ROWS.some((tagged) => tagged.receipt === one.id && tagged.row === row))
    .filter((one) => tag === null || (one.threadTag !== null && tag.equals(one.threadTag)))
    .filter((one) => (from === null || one.issuedAt >= from) && (to === null || one.issuedAt < to))
    .filter((one) => before === null || one.id < before)
    .slice(0, filter.limit);
}

/** Null two times out of three, so that most filters let something through. */
const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.oneof(fc.constant(null), fc.constant(null), one);

const FILTER: fc.Arbitrary<ReceiptFilter> = fc.record({
  grant: orNull(fc.integer({ min: 1, max: 3 }).map(grantId)),
  row: orNull(fc.nat({ max: 9 }).map(rowId)),
  threadTag: orNull(fc.nat({ max: 3 }).map((n) => hash(`thread ${n}`))),
  from: orNull(fc.nat({ max: COUNT }).map((n) => NOW + n)),
  to: orNull(fc.nat({ max: COUNT }).map((n) => NOW + n)),
  before: orNull(fc.nat({ max: COUNT }).map(receiptId)),
  limit: fc.integer({ min: 1, max: COUNT }),
});

export function receipts(subject: Subject): void {
  it('are listed newest first, by every filter and all of them together', async () => {
    await subject.store.commit(
      commitOf(
        change(A, null, 0, { receipts: RECEIPTS, receiptRows: ROWS }),
        change(B, null, 0, { receipts: RECEIPTS.slice(0, 5), receiptRows: ROWS.slice(0, 10) }),
      ),
    );
    let found = 0;
    await fc.assert(
      fc.asyncProperty(FILTER, async (filter) => {
        const list = await subject.store.receipts(A, filter);
        expect(list).toEqual(expectedList(filter));
        if (list.length > 0 && list.length < filter.limit) found += 1;
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(30);
    const all = { grant: null, row: null, threadTag: null, from: null, to: null, before: null, limit: 100 };
    expect(await subject.store.receipts(A, all)).toEqual(RECEIPTS.toReversed());
    expect(await subject.store.receipts(B, all)).toEqual(RECEIPTS.slice(0, 5).toReversed());
    expect(await subject.store.receipts(vaultId('none'), all)).toEqual([]);
  });

  it('list each receipt once, though a row be in it twice', async () => {
    const rows = [receiptRow(1, 0, 7), receiptRow(1, 1, 7)];
    await subject.store.commit(commitOf(change(A, null, 0, { receipts: [receipt(1)], receiptRows: rows })));
    const filter = { grant: null, row: rowId(7), threadTag: null, from: null, to: null, before: null, limit: 10 };
    expect(await subject.store.receipts(A, filter)).toEqual([receipt(1)]);
  });

  it('are found by their retrieval, their rows by position', async () => {
    const rows = [receiptRow(1, 2, 5), receiptRow(1, 0, 9), receiptRow(1, 1, 7)];
    await subject.store.commit(commitOf(change(A, null, 0, { receipts: [receipt(1)], receiptRows: rows })));
    expect(await subject.store.receiptForRetrieval(A, receipt(1).retrieval)).toBe(receiptId(1));
    expect(await subject.store.receiptForRetrieval(A, receipt(2).retrieval)).toBeNull();
    expect((await subject.store.receiptRows(A, receiptId(1))).map(({ row }) => row)).toEqual([9, 7, 5].map(rowId));
    expect(await subject.store.receipt(A, receiptId(2))).toBeNull();
  });
}
