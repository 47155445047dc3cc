import { expect, it } from 'vitest';
import type { StoredCertificate, StoredRead, StoredServed } from '../../src/store/records.ts';
import type { Subject } from './conformance.ts';
import {
  addendum,
  ALL_RECEIPTS,
  change,
  collectionId,
  commitOf,
  everything,
  fullChange,
  grantId,
  hash,
  idempotency,
  noted,
  NOW,
  receipt,
  receiptId,
  receiptRow,
  retrieval,
  retrievalId,
  row,
  rowId,
  vaultId,
  version,
} from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');
const PENDING = { seq: 3, doneAt: null };

const served = (n: number, rows: readonly number[]): StoredServed => ({
  threadTag: hash('thread'),
  at: NOW + n,
  retrieval: retrievalId(n),
  rows: rows.map(rowId),
});
const read = (n: number): StoredRead => ({ grant: grantId(1), retrieval: retrievalId(n), at: NOW, rows: [rowId(n)] });
const certificate = (n: number): StoredCertificate => ({
  id: `crt_${n.toString(16).padStart(32, '0')}`,
  kind: 'erasure',
  at: NOW + n,
  logIndex: n,
  envelope: hash(`certificate ${n}`),
});

/** What the face promises of erasures. Each may be done again, and leaves other vaults and what was not named as they were. */
export function erasing(subject: Subject): void {
  const twice = async (work: () => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < 2; i++) await work();
    await subject.reopen();
  };

  it('are pending until they are noted as done', async () => {
    const { store } = subject;
    await store.commit(
      commitOf(change(A, null, 5, { erasures: [PENDING, { seq: 5, doneAt: null }] }), change(B, null, 3, { erasures: [PENDING] })),
    );
    const expected = [A, B].toSorted().flatMap((vault) => (vault === A ? [3, 5] : [3]).map((seq) => ({ vault, seq })));
    expect(await store.erasing.pending()).toEqual(expected);
    await store.commit(commitOf(change(A, 5, 6, { erasures: [{ seq: 3, doneAt: NOW }] })));
    expect(await store.erasing.pending()).toEqual(expected.filter(({ vault, seq }) => vault === B || seq === 5));
  });

  it('blank what lies beside events, and nothing of the events', async () => {
    await subject.store.commit(commitOf(change(A, null, 5), change(B, null, 5)));
    const before = await subject.store.events(A, 0, 10);
    await twice(() => subject.store.erasing.blank(A, [1, 2, 5]));
    expect(await subject.store.events(A, 0, 10)).toEqual(
      before.map((event) => ([1, 2, 5].includes(event.seq) ? { ...event, beside: null } : event)),
    );
    expect((await subject.store.events(B, 0, 10)).filter(({ beside }) => beside !== null).map(({ seq }) => seq)).toEqual([1, 3, 5]);
  });

  it('take every version of rows, their state, and what discloses them: that a receipt had them stays', async () => {
    await subject.store.commit(commitOf(fullChange(A, null, 1)));
    await subject.store.commit(commitOf({ ...fullChange(B, null, 1), grants: [grantId(2)] }));
    const other = await everything(subject.store, [B]);
    await twice(() => subject.store.erasing.rows(A, [{ row: rowId(1), collection: collectionId(1) }]));
    const { store } = subject;
    expect(await store.versions(A, collectionId(1), '', 10)).toEqual([version(2)]);
    expect(await store.versions(A, collectionId(2), '', 10)).toEqual([version(3, 1, 2)]);
    expect(await store.rows(A)).toEqual([row(2, null, 'dormant'), row(3, NOW + 5, 'background')]);
    expect(await store.receiptRows(A, receiptId(2))).toEqual([receiptRow(2, 0, 3), { ...receiptRow(2, 1, 1), sealed: new Uint8Array(0) }]);
    expect(await store.receiptCounts(A, [{ row: rowId(1), since: 0 }], null)).toEqual([1]);
    const after = (await everything(store, [B])) as Record<string, unknown>;
    expect(after[B]).toEqual((other as Record<string, unknown>)[B]);
  });

  it('take the artefacts of every receipt that served one of the rows, and leave what was said of them', async () => {
    const addenda = [addendum(2, 1), addendum(2, 2), addendum(3, 1), addendum(4, 1)];
    const receipts = [receipt(2), receipt(3), receipt(4)];
    const receiptRows = [receiptRow(2, 0, 1), receiptRow(2, 1, 2), receiptRow(3, 0, 2), receiptRow(4, 0, 3)];
    const dues = [{ receipt: receiptId(2), number: 1, dueAt: NOW, looks: 1 }];
    for (const vault of [A, B]) await subject.store.commit(commitOf(change(vault, null, 1, { receipts, receiptRows, addenda, dues })));
    const of = async (vault: string) =>
      (await Promise.all([2, 3, 4].map((n) => subject.store.addenda.after(vault, receiptId(n), 0, Number.MAX_SAFE_INTEGER)))).flat();
    const gone = new Uint8Array(0);
    await twice(() => subject.store.erasing.rows(A, [{ row: rowId(1), collection: collectionId(1) }]));
    expect(await of(A)).toEqual(addenda.map((one) => (one.receipt === receiptId(2) ? { ...one, evidence: gone } : one)));
    expect(await subject.store.addenda.dueOf(A, receiptId(2))).toEqual(dues);
    await twice(() =>
      subject.store.erasing.rows(
        A,
        [2, 9].map((n) => ({ row: rowId(n), collection: collectionId(1) })),
      ),
    );
    expect(await of(A)).toEqual(addenda.map((one) => (one.receipt === receiptId(4) ? one : { ...one, evidence: gone })));
    expect(await of(B)).toEqual(addenda);
  });

  it('take pending retrievals, and the idempotency of retrievals and of the rows named; of all where none are', async () => {
    const keys = [
      noted(idempotency(1)),
      noted(idempotency(5)),
      noted({ ...idempotency(8), resultIds: [retrievalId(8)] }),
      noted({ ...idempotency(9), resultIds: [receiptId(9)] }),
    ];
    for (const vault of [A, B])
      await subject.store.commit(commitOf(change(vault, null, 1, { retrievals: [retrieval(1), retrieval(2)], idempotency: keys })));
    await twice(() => subject.store.erasing.beside(A, new Set([rowId(2), rowId(77)])));
    const left = async (vault: string): Promise<unknown[]> => [
      await subject.store.retrieval(vault, retrievalId(1)),
      ...(await Promise.all([1, 5, 8, 9].map((n) => subject.store.idempotency(vault, grantId(1), hash(`idempotency ${n}`))))),
    ];
    expect((await left(A)).map((one) => one !== null)).toEqual([false, false, true, false, true]);
    expect((await left(B)).every((one) => one !== null)).toBe(true);
    await subject.store.erasing.beside(A, null);
    expect((await left(A)).every((one) => one === null)).toBe(true);
    expect((await left(B)).every((one) => one !== null)).toBe(true);
  });

  it('note anew what threads were shown', async () => {
    for (const vault of [A, B])
      await subject.store.commit(commitOf(change(vault, null, 1, { served: [served(1, [1, 2]), served(2, [2]), served(3, [3])] })));
    await twice(() => subject.store.erasing.served(A, [served(1, [1]), served(2, []), served(9, [9])]));
    expect(await subject.store.transfer.served(A, null, 10)).toEqual([served(1, [1]), served(2, []), served(3, [3])]);
    expect((await subject.store.servedTo(A, hash('thread'), 10)).toSorted()).toEqual([rowId(1), rowId(3)]);
    expect((await subject.store.servedTo(B, hash('thread'), 10)).toSorted()).toEqual([rowId(1), rowId(2), rowId(3)]);
  });

  it('take a collection’s boxes, the owner’s own too, and its rotations', async () => {
    const rewraps = [1, 2].map((n) => ({ collection: collectionId(n), epoch: 2, afterRow: '', afterReceipt: null, doneAt: null }));
    await subject.store.commit(commitOf({ ...fullChange(A, null, 1), rewraps }));
    await twice(() => subject.store.erasing.collection(A, collectionId(1)));
    const { store } = subject;
    const boxes = [...(await store.boxes(A, null)), ...(await store.boxes(A, grantId(1)))];
    expect(boxes.map(({ collection }) => collection)).toEqual([collectionId(2)]);
    expect((await store.rewraps(A)).map(({ collection }) => collection)).toEqual([collectionId(2)]);
  });

  it.each([1, 2, 100])(
    'take all that a vault holds, %i records at a time, but its ledger, its grants’ ids and its certificates',
    async (most) => {
      const more = {
        served: [served(1, [1]), served(2, [2]), served(3, [3])],
        reads: [read(1), read(2)],
        certificates: [certificate(1), certificate(2)],
        erasures: [PENDING],
        receiptRows: [receiptRow(2, 0, 3), receiptRow(2, 1, 1), receiptRow(2, 2, 2)],
        addenda: [addendum(2, 1), addendum(2, 2), addendum(3, 1)],
        dues: [1, 2].map((number) => ({ receipt: receiptId(2), number, dueAt: NOW, looks: 0 })),
        receiptLabels: [1, 2, 3].map((n) => ({ receipt: receiptId(n), labelTag: hash('label') })),
        rewraps: [{ collection: collectionId(1), epoch: 2, afterRow: '', afterReceipt: null, doneAt: null }],
      };
      await subject.store.commit(commitOf({ ...fullChange(A, null, 4), ...more }));
      await subject.store.commit(commitOf({ ...fullChange(B, null, 4), ...more, grants: [grantId(2)] }));
      const seen = async (vault: string): Promise<unknown> => [
        await everything(subject.store, [vault]),
        await subject.store.transfer.served(vault, null, 10),
        await subject.store.reads(vault, grantId(1), null, 10),
        await subject.store.rewraps(vault),
        await subject.store.addenda.ofReceipt(vault, receiptId(2)),
        await subject.store.addenda.dueIn(vault, NOW, 10),
        await subject.store.addenda.labelled(vault, hash('label'), null, null, 10),
      ];
      const other = await seen(B);
      const { head, events } = ((await everything(subject.store, [A])) as Record<string, Record<string, unknown>>)[A] ?? {};
      let rounds = 1;
      while (await subject.store.erasing.vault(A, most)) rounds += 1;
      expect(rounds).toBe(most === 1 ? 5 : most === 2 ? 3 : 1);
      expect(await subject.store.erasing.vault(A, most)).toBe(false);
      await subject.reopen();
      const { store } = subject;
      const left = ((await everything(store, [A])) as Record<string, unknown>)[A];
      expect(left).toEqual({
        head,
        events,
        versions: [[], []],
        rows: [],
        boxes: [[], [], []],
        retrievals: [null, null, null],
        receipts: [],
        receiptRows: [],
        idempotency: [null, null, null],
        checkpoints: [],
      });
      expect([await store.transfer.served(A, null, 10), await store.reads(A, grantId(1), null, 10), await store.rewraps(A)]).toEqual([
        [],
        [],
        [],
      ]);
      expect(await store.receiptRows(A, receiptId(2))).toEqual([]);
      for (const n of [2, 3]) expect(await store.addenda.ofReceipt(A, receiptId(n))).toEqual([]);
      expect(await store.addenda.dueCount(NOW)).toEqual({ pending: 2, due: 2 });
      expect(await store.addenda.labelled(A, hash('label'), null, null, 10)).toEqual({ receipts: [], next: null });
      expect(await store.grantVault(grantId(1))).toBe(A);
      expect((await store.erasing.certificates(A)).map(({ id }) => id)).toEqual([certificate(2).id, certificate(1).id]);
      expect(await store.erasing.pending()).toHaveLength(2);
      const now = await seen(B);
      expect((now as Record<string, unknown>[])[0]?.[B]).toEqual((other as Record<string, unknown>[])[0]?.[B]);
      expect((now as unknown[]).slice(1)).toEqual((other as unknown[]).slice(1));
    },
  );

  it('take what is kept of answers alone, where that is asked', async () => {
    const addenda = [addendum(2, 1), addendum(2, 2), addendum(3, 1)];
    const more = { served: [served(1, [1])], reads: [read(1)], receipts: [receipt(2), receipt(3)], addenda };
    await subject.store.commit(commitOf({ ...fullChange(A, null, 1), ...more }));
    while (await subject.store.erasing.records(A, 1));
    const { store } = subject;
    expect([
      (await store.receipts(A, ALL_RECEIPTS)).receipts,
      await store.transfer.served(A, null, 10),
      await store.reads(A, grantId(1), null, 10),
      await store.addenda.ofReceipt(A, receiptId(2)),
    ]).toEqual([[], [], [], []]);
    expect((await store.versions(A, collectionId(1), '', 10)).length).toBe(3);
    expect((await store.rows(A)).length).toBe(3);
    expect((await store.boxes(A, grantId(1))).length).toBe(2);
  });
}
