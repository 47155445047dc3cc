import { expect, it } from 'vitest';
import type { StoredRead } from '../../src/store/records.ts';
import type { Subject } from './conformance.ts';
import { change, commitOf, grantId, NOW, receipt, receiptRow, retrievalId, rowId, vaultId } from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');

const read = (n: number, rows: readonly number[], grant = 1): StoredRead => ({
  grant: grantId(grant),
  retrieval: retrievalId(n),
  at: NOW + n,
  rows: rows.map(rowId),
});

/** What the face promises of what grants have been shown. */
export function reads(subject: Subject): void {
  it('are given newest first, page by page, each grant’s own', async () => {
    const kept = [read(1, [1]), read(2, []), read(3, [3, 1]), read(4, [9], 2)];
    await subject.store.commit(commitOf(change(A, null, 0, { reads: kept }), change(B, null, 0, { reads: [read(7, [7])] })));
    await subject.reopen();
    expect(await subject.store.reads(A, grantId(1), null, 2)).toEqual([kept[2], kept[1]]);
    expect(await subject.store.reads(A, grantId(1), retrievalId(2), 2)).toEqual([kept[0]]);
    expect(await subject.store.reads(A, grantId(2), null, 9)).toEqual([kept[3]]);
    expect(await subject.store.remembersRead(A, grantId(1), retrievalId(3))).toBe(true);
    expect(await subject.store.remembersRead(A, grantId(2), retrievalId(3))).toBe(false);
  });

  it('are counted together with receipts, each row and each retrieval once, and pruned by their time', async () => {
    await subject.store.commit(
      commitOf(
        change(A, null, 0, {
          reads: [read(1, [1, 2]), read(2, [2, 3])],
          receipts: [receipt(2), receipt(5), receipt(6, { grant: grantId(2) })],
          receiptRows: [receiptRow(2, 0, 2), receiptRow(5, 0, 8), receiptRow(5, 1, 1), receiptRow(6, 0, 9)],
        }),
      ),
    );
    expect(await subject.store.readTotals(A, grantId(1))).toEqual({ rows: 4, retrievals: 3, receipts: 2 });
    expect(await subject.store.readTotals(A, grantId(3))).toEqual({ rows: 0, retrievals: 0, receipts: 0 });
    expect(await subject.store.pruneExpired(NOW, NOW + 1, 10)).toMatchObject({ reads: 1 });
    expect(await subject.store.reads(A, grantId(1), null, 9)).toEqual([read(2, [2, 3])]);
    expect(await subject.store.readTotals(A, grantId(1))).toEqual({ rows: 4, retrievals: 2, receipts: 2 });
  });
}
