import { expect, it } from 'vitest';
import type { StoredReseal, StoredRewrap, StoredWrap } from '../../src/store/records.ts';
import type { Subject } from './conformance.ts';
import {
  addendum,
  change,
  collectionId,
  commitOf,
  hash,
  NOW,
  receipt,
  receiptId,
  receiptRow,
  retrieval,
  retrievalId,
  rowId,
  vaultId,
  version,
} from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');

const progress = (more: Partial<StoredRewrap> = {}): StoredRewrap => ({
  collection: collectionId(1),
  epoch: 2,
  afterRow: '',
  afterReceipt: null,
  doneAt: null,
  ...more,
});

const wrap = (row: number, wrapEpoch: number, number = 1): StoredWrap => ({
  collection: collectionId(1),
  row: rowId(row),
  version: number,
  wrapEpoch,
  wrappedKey: hash(`wrap ${row} ${number} ${wrapEpoch}`),
});

/** What the face promises of rotations. */
export function rewraps(subject: Subject): void {
  const after = (more: Parameters<typeof change>[3]) => subject.store.commit(commitOf(change(A, 0, 0, more)));

  it('give wrapped keys page by page, never a row over two, and no other collection’s', async () => {
    const versions = [version(1), version(1, 2), version(2), version(3), version(4, 1, 2)];
    await subject.store.commit(commitOf(change(A, null, 0, { versions }), change(B, null, 0, { versions: [version(9)] })));
    const [first, second] = [
      await subject.store.wraps(A, collectionId(1), '', 1),
      await subject.store.wraps(A, collectionId(1), rowId(1), 10),
    ];
    expect(first.map(({ row, version: number }) => [row, number])).toEqual([
      [rowId(1), 1],
      [rowId(1), 2],
    ]);
    expect(second.map(({ row }) => row)).toEqual([rowId(2), rowId(3)]);
    expect(second[0]).toEqual({ collection: collectionId(1), row: rowId(2), version: 1, wrapEpoch: 2, wrappedKey: version(2).wrappedKey });
    expect(await subject.store.wraps(A, collectionId(3), '', 10)).toEqual([]);
  });

  it('never take a key back to an earlier epoch, and bring back no version that is gone', async () => {
    await subject.store.commit(commitOf(change(A, null, 0, { versions: [version(1), version(2)] })));
    await after({ rewrapped: [wrap(1, 4), wrap(2, 3), wrap(7, 3)] });
    await after({ rewrapped: [wrap(1, 3)] });
    const kept = await subject.store.wraps(A, collectionId(1), '', 10);
    expect(kept).toEqual([wrap(1, 4), wrap(2, 3)]);
    const { wrappedKey, wrapEpoch, ...rest } = (await subject.store.version(A, rowId(1), 1)) ?? expect.fail();
    expect({ wrappedKey, wrapEpoch }).toEqual({ wrappedKey: wrap(1, 4).wrappedKey, wrapEpoch: 4 });
    expect(rest).toEqual((({ wrappedKey: _key, wrapEpoch: _epoch, ...same }) => same)(version(1)));
  });

  it('never lose progress, over a restart', async () => {
    await subject.store.commit(commitOf(change(A, null, 0, { rewraps: [progress(), progress({ collection: collectionId(2) })] })));
    expect(await subject.store.rewrapsPending()).toBe(2);
    await after({ rewraps: [progress({ afterRow: rowId(5) })] });
    await after({ rewraps: [progress({ afterRow: rowId(3) })] });
    await subject.reopen();
    expect(await subject.store.rewraps(A)).toEqual([progress({ afterRow: rowId(5) }), progress({ collection: collectionId(2) })]);
    const inReceipts = progress({ afterRow: rowId(5), afterReceipt: receiptId(4) });
    await after({ rewraps: [inReceipts] });
    await after({ rewraps: [progress({ afterRow: rowId(6) }), { ...inReceipts, afterReceipt: receiptId(3) }] });
    expect((await subject.store.rewraps(A))[0]).toEqual(inReceipts);
    const done = { ...inReceipts, doneAt: NOW };
    await after({ rewraps: [done] });
    await after({ rewraps: [{ ...inReceipts, afterReceipt: receiptId(9) }] });
    expect((await subject.store.rewraps(A))[0]).toEqual(done);
    expect(await subject.store.rewrapsPending()).toBe(1);
    expect(await subject.store.rewraps(B)).toEqual([]);
  });

  it('seal records anew in place of what they were made from alone', async () => {
    await subject.store.commit(
      commitOf(
        change(A, null, 0, {
          retrievals: [retrieval(1), retrieval(2)],
          receipts: [receipt(1), receipt(2), receipt(3)],
          receiptRows: [receiptRow(1, 0, 1), receiptRow(1, 1, 2)],
          addenda: [addendum(1, 1), addendum(1, 2), addendum(1, 3, { evidence: new Uint8Array(0) })],
        }),
      ),
    );
    const sealed = hash('anew');
    const resealed: StoredReseal[] = [
      { kind: 'receipt', id: receiptId(1), before: receipt(1).sealed, sealed },
      { kind: 'receipt', id: receiptId(2), before: hash('another'), sealed },
      { kind: 'receipt-row', id: receiptId(1), position: 1, before: receiptRow(1, 1, 2).sealed, sealed },
      { kind: 'receipt-row', id: receiptId(1), position: 7, before: hash('none'), sealed },
      { kind: 'addendum', id: receiptId(1), number: 1, before: addendum(1, 1).sealed, sealed },
      { kind: 'addendum', id: receiptId(1), number: 2, before: addendum(1, 1).sealed, sealed },
      { kind: 'evidence', id: receiptId(1), number: 2, before: addendum(1, 2).evidence, sealed },
      // It has been erased meanwhile.
      { kind: 'evidence', id: receiptId(1), number: 3, before: addendum(1, 3).evidence, sealed },
      { kind: 'retrieval', id: retrievalId(2), before: retrieval(2).sealed, sealed },
    ];
    await after({ resealed });
    expect(await subject.store.receiptsAfter(A, '', 2)).toEqual([receipt(1, { sealed }), receipt(2)]);
    expect(await subject.store.receiptsAfter(A, receiptId(2), 2)).toEqual([receipt(3)]);
    expect(await subject.store.receiptRows(A, receiptId(1))).toEqual([receiptRow(1, 0, 1), { ...receiptRow(1, 1, 2), sealed }]);
    expect(await subject.store.addenda.after(A, receiptId(1), 0, Number.MAX_SAFE_INTEGER)).toEqual([
      addendum(1, 1, { sealed }),
      addendum(1, 2, { evidence: sealed }),
      addendum(1, 3, { evidence: new Uint8Array(0) }),
    ]);
    expect(await subject.store.retrievalsAfter(A, retrievalId(1), 5)).toEqual([{ ...retrieval(2), sealed }]);
  });
}
