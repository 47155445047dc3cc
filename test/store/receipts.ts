import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredReceipt, StoredReceiptRow } from '../../src/store/records.ts';
import type { ReceiptFilter } from '../../src/store/store.ts';
import { MAX_INSTANT } from '../../src/core/instant.ts';
import type { Subject } from './conformance.ts';
import { ALL_RECEIPTS, change, commitOf, grantId, hash, NOW, receipt, receiptId, receiptRow, rowId, vaultId } from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');
const COUNT = 24;

const RECEIPTS: readonly StoredReceipt[] = Array.from({ length: COUNT }, (_, n) =>
  receipt(n, { grant: grantId(1 + (n % 2)), threadTag: n % 3 === 0 ? null : hash(`thread ${n % 3}`), paidUnexplained: n % 5 === 0 }),
);
const ROWS: readonly StoredReceiptRow[] = RECEIPTS.flatMap((_, n) => [receiptRow(n, 0, n % 4), receiptRow(n, 1, 4 + (n % 5))]);

/** The list, worked out the long way. */
function expectedList(filter: ReceiptFilter): StoredReceipt[] {
  const { grant, row, threadTag, paidUnexplained, from, to, before } = filter;
  const tag = threadTag === null ? null : Buffer.from(threadTag);
  return RECEIPTS.toReversed()
    .filter((one) => grant === null || one.grant === grant)
    .filter((one) => row === null || ROWS.some((tagged) => tagged.receipt === one.id && tagged.row === row))
    .filter((one) => tag === null || (one.threadTag !== null && tag.equals(one.threadTag)))
    .filter((one) => !paidUnexplained || one.paidUnexplained)
    .filter((one) => (from === null || one.issuedAt >= from) && (to === null || one.issuedAt < to))
    .filter((one) => before === null || one.id < before);
}

/** Null two times out of three, so that most filters let something through. */
const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.oneof(fc.constant(null), fc.constant(null), one);

const FILTER: fc.Arbitrary<ReceiptFilter> = fc.record({
  grant: orNull(fc.integer({ min: 1, max: 3 }).map(grantId)),
  row: orNull(fc.nat({ max: 9 }).map(rowId)),
  threadTag: orNull(fc.nat({ max: 3 }).map((n) => hash(`thread ${n}`))),
  paidUnexplained: fc.nat({ max: 2 }).map((n) => n === 0),
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
    const found = { some: 0, more: 0 };
    await fc.assert(
      fc.asyncProperty(FILTER, async (filter) => {
        const page = await subject.store.receipts(A, filter);
        const all = expectedList(filter);
        expect(page.receipts).toEqual(all.slice(0, filter.limit));
        expect(page.next).toBe(all.length > filter.limit ? page.receipts.at(-1)?.id : null);
        if (page.receipts.length > 0) found[page.next === null ? 'some' : 'more'] += 1;
      }),
      { numRuns: 600 },
    );
    expect(Math.min(found.some, found.more)).toBeGreaterThan(30);
    expect(await subject.store.receipts(A, ALL_RECEIPTS)).toEqual({ receipts: RECEIPTS.toReversed(), next: null });
    expect(await subject.store.receipts(B, ALL_RECEIPTS)).toEqual({ receipts: RECEIPTS.slice(0, 5).toReversed(), next: null });
    expect(await subject.store.receipts(vaultId('none'), ALL_RECEIPTS)).toEqual({ receipts: [], next: null });
  });

  it('are none outside all time', async () => {
    await subject.store.commit(commitOf(change(A, null, 0, { receipts: RECEIPTS })));
    const listed = async (some: Partial<ReceiptFilter>) => (await subject.store.receipts(A, { ...ALL_RECEIPTS, ...some })).receipts.length;
    const [first, last] = [Date.parse('0001-01-01T00:00:00Z'), MAX_INSTANT];
    expect(await Promise.all([{ from: last }, { from: 2 ** 48 }, { to: first }, { to: 0 }].map(listed))).toEqual([0, 0, 0, 0]);
    expect(await Promise.all([{ to: last }, { to: 2 ** 48 }, { from: first }, { from: 0 }].map(listed))).toEqual(Array(4).fill(COUNT));
    expect(await listed({ before: `rcp_${'0'.repeat(32)}` })).toBe(0);
    expect(await listed({ before: `rcp_${'f'.repeat(32)}` })).toBe(COUNT);
  });

  it('that seldom meet two conditions are found all the same, by pages that each cost little', async () => {
    // Those of the row and those of the app alternate, and only among the first is one both here and there.
    const count = 6000;
    const many = Array.from({ length: count }, (_, n) => receipt(n, { grant: grantId(1 + (n % 2)), sealed: new Uint8Array(1) }));
    const both = (n: number): boolean => n <= 4976 && n % 8 === 0;
    const served = many.flatMap((_, n) => (n % 2 === 1 || both(n) ? [receiptRow(n, 0, 7)] : []));
    await subject.store.commit(commitOf(change(A, null, 0, { receipts: many, receiptRows: served })));
    const filter = { ...ALL_RECEIPTS, row: rowId(7), grant: grantId(1), limit: 100 };
    const pages: StoredReceipt[][] = [];
    for (let before: string | null | undefined; before !== null && pages.length < 100;) {
      const page = await subject.store.receipts(A, { ...filter, before: before ?? null });
      pages.push([...page.receipts]);
      before = page.next;
    }
    expect(pages[0]).toEqual([]);
    expect(pages.length).toBeLessThan(10);
    expect(pages.flat().map(({ id }) => id)).toEqual(many.flatMap((one, n) => (both(n) ? [one.id] : [])).toReversed());
  });

  it('list each receipt once, though a row be in it twice', async () => {
    const rows = [receiptRow(1, 0, 7), receiptRow(1, 1, 7)];
    await subject.store.commit(commitOf(change(A, null, 0, { receipts: [receipt(1)], receiptRows: rows })));
    for (const grant of [null, grantId(1)])
      expect(await subject.store.receipts(A, { ...ALL_RECEIPTS, row: rowId(7), grant })).toEqual({ receipts: [receipt(1)], next: null });
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
