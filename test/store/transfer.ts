import { expect, it } from 'vitest';
import { StoreConflict } from '../../src/store/store.ts';
import type { ImportEnd, ImportPiece, StoredImport } from '../../src/store/transfer.ts';
import type { Subject } from './conformance.ts';
import {
  addendum,
  addendumId,
  ALL_RECEIPTS,
  box,
  change,
  commitOf,
  event,
  grantId,
  hash,
  headAt,
  NOW,
  receipt,
  receiptId,
  receiptRow,
  row,
  rowId,
  vaultId,
  version,
} from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');
const STAGE = vaultId('stage');
const ID = hash('import').slice(0, 16);
const OTHER = hash('another import').slice(0, 16);

const NOTHING: ImportPiece = {
  events: [],
  versions: [],
  rows: [],
  boxes: [],
  receipts: [],
  receiptRows: [],
  served: [],
  reads: [],
  addenda: [],
  evidence: [],
  dues: [],
  labels: [],
  notes: [],
};

const due = (n: number, number: number, dueAt: number) => ({ receipt: receiptId(n), number, dueAt, looks: 0 });

const begun = (more: Partial<StoredImport> = {}): StoredImport => ({
  vault: A,
  id: ID,
  stageKey: A,
  baseSeq: null,
  begunAt: NOW,
  touchedAt: NOW,
  pieces: 0,
  request: hash('request'),
  ...more,
});

const first: ImportPiece = {
  ...NOTHING,
  events: [event(A, 0), event(A, 1)],
  versions: [version(1), version(2)],
  rows: [row(1), row(2, null)],
  boxes: [box(null), box(1)],
  receipts: [receipt(1, { proof: 'a proof of another log' })],
  receiptRows: [receiptRow(1, 0, 1)],
  addenda: [addendum(1, 1, { proof: 'a proof of another log' }), addendum(1, 2, { evidence: new Uint8Array(0) })],
  dues: [due(1, 1, NOW), due(1, 2, NOW), due(7, 1, NOW)],
  labels: [{ labelTag: hash('label'), receipt: receiptId(1) }],
  notes: ['"one"', '"two"'],
};
const EVIDENCE = addendum(1, 1).evidence;
const second: ImportPiece = {
  ...NOTHING,
  evidence: [{ receipt: receiptId(1), number: 1, from: EVIDENCE.length, sealed: hash('more of it') }],
  versions: [version(3)],
  rows: [row(3)],
  notes: ['"three"'],
};

const ending = (more: Partial<ImportEnd> = {}): ImportEnd => ({
  expected: null,
  head: headAt(A, 1),
  grants: [grantId(1)],
  rewraps: [],
  erasures: [],
  certificates: [],
  meta: { key: 'imports a', value: 'kept' },
  ...more,
});

/** What is kept of imports, until their end and after it. */
export function transfer(subject: Subject): void {
  const store = () => subject.store;
  const bring = async (started = begun()): Promise<void> => {
    await store().transfer.begin(started);
    expect(await store().transfer.add(A, ID, 0, first, NOW + 1)).toBe(true);
    expect(await store().transfer.add(A, ID, 1, second, NOW + 2)).toBe(true);
  };

  it('nobody sees what an import brings before its end, nor jobs its rows', async () => {
    await bring();
    expect(await store().transfer.import(A)).toEqual(begun({ pieces: 2, touchedAt: NOW + 2 }));
    expect(await store().transfer.notes(A)).toEqual(['"one"', '"two"', '"three"']);
    expect(await store().head(A)).toBeNull();
    expect(await store().vaultIds()).toEqual([]);
    expect(await store().grantVault(grantId(1))).toBeNull();
    expect(await store().dueRows(NOW + 1000, 10)).toEqual([]);
    expect(await store().rows(A)).toEqual([]);
    // What checks it reads it under its key.
    expect(await store().events(A, 0, 10)).toEqual(first.events);
    expect(await store().transfer.counts(A)).toEqual({ versions: 3, receipts: 1, receiptRows: 1, addenda: 2 });
    expect(await store().transfer.boxes(A)).toEqual([box(null), box(1)]);
  });

  it('at its end all of it is there, and nothing of the import is left', async () => {
    await bring();
    await store().transfer.end(A, ID, ending());
    await subject.reopen();
    expect(await store().head(A)).toEqual(headAt(A, 1));
    expect(await store().grantVault(grantId(1))).toBe(A);
    expect((await store().rows(A)).map((one) => one.row)).toEqual([rowId(1), rowId(2), rowId(3)]);
    expect((await store().dueRows(NOW, 10)).map((one) => one.row)).toEqual([rowId(1), rowId(3)]);
    expect(await store().receipt(A, receipt(1).id)).toEqual(first.receipts[0]);
    const whole = new Uint8Array([...EVIDENCE, ...hash('more of it')]);
    expect(await store().addenda.after(A, receiptId(1), 0, Number.MAX_SAFE_INTEGER)).toEqual([
      { ...first.addenda[0], evidence: whole },
      first.addenda[1],
    ]);
    expect(await store().addenda.dueIn(A, NOW, 10)).toEqual([due(1, 1, NOW), due(1, 2, NOW)]);
    expect((await store().addenda.labelled(A, hash('label'), null, null, 10)).receipts).toEqual([receiptId(1)]);
    expect(await store().meta('imports a')).toBe('kept');
    expect(await store().transfer.import(A)).toBeNull();
    expect(await store().transfer.notes(A)).toEqual([]);
  });

  it('takes each piece once, in order, of the import that is under way alone', async () => {
    await bring();
    expect(await store().transfer.add(A, ID, 1, second, NOW + 3)).toBe(false);
    await expect(store().transfer.add(A, ID, 3, NOTHING, NOW)).rejects.toThrow(StoreConflict);
    await expect(store().transfer.add(A, OTHER, 2, NOTHING, NOW)).rejects.toThrow(StoreConflict);
    await expect(store().transfer.add(B, ID, 0, NOTHING, NOW)).rejects.toThrow(StoreConflict);
    // A piece that brings something twice is refused whole.
    await expect(store().transfer.add(A, ID, 2, { ...NOTHING, versions: [version(4), version(3)] }, NOW)).rejects.toThrow(StoreConflict);
    expect(await store().transfer.counts(A)).toMatchObject({ versions: 3 });
    await expect(store().transfer.end(A, OTHER, ending())).rejects.toThrow(StoreConflict);
  });

  it('does not end on another head than it was checked against, or with another vault’s grant', async () => {
    await bring();
    await expect(store().transfer.end(A, ID, ending({ expected: headAt(A, 0) }))).rejects.toThrow(StoreConflict);
    await store().commit(commitOf(change(B, null, 0, { grants: [grantId(1)] })));
    await expect(store().transfer.end(A, ID, ending())).rejects.toThrow(StoreConflict);
    expect(await store().head(A)).toBeNull();
    expect(await store().rows(A)).toEqual([]);
    await store().transfer.end(A, ID, ending({ grants: [grantId(2)] }));
    expect(await store().head(A)).toEqual(headAt(A, 1));
  });

  it('of a vault that is here takes the place of what is there, but for receipts issued since', async () => {
    const before = {
      versions: [version(9)],
      rows: [row(9)],
      grants: [grantId(1)],
      boxes: [box(1)],
      receipts: [receipt(7), receipt(1)],
      receiptRows: [],
    };
    await store().commit(commitOf(change(A, null, 0, before)));
    await bring(begun({ stageKey: STAGE, baseSeq: 0 }));
    expect((await store().rows(A)).map((one) => one.row)).toEqual([rowId(9)]);
    expect(await store().events(A, 0, 10)).toHaveLength(1);
    await expect(store().transfer.end(A, ID, ending())).rejects.toThrow(StoreConflict);
    await store().transfer.end(A, ID, ending({ expected: headAt(A, 0) }));
    expect(await store().head(A)).toEqual(headAt(A, 1));
    expect((await store().rows(A)).map((one) => one.row)).toEqual([rowId(1), rowId(2), rowId(3)]);
    expect(await store().version(A, rowId(9), 1)).toBeNull();
    expect(await store().receipt(A, receipt(7).id)).not.toBeNull();
    expect(await store().receipt(A, receipt(1).id)).not.toBeNull();
    expect(await store().transfer.counts(STAGE)).toEqual({ versions: 0, receipts: 0, receiptRows: 0, addenda: 0 });
  });

  it('evidence that came is added to what is here, unless other evidence was added here: that stands, and what is left out is counted', async () => {
    const addenda = [addendum(1, 1), addendum(2, 1), addendum(2, 2, { id: addendumId(77) })];
    const mine = { receipts: [receipt(1), receipt(2)], addenda, dues: [due(1, 1, NOW + 5), due(2, 2, NOW + 6)] };
    await store().commit(commitOf(change(A, null, 0, mine)));
    await store().transfer.begin(begun({ stageKey: STAGE, baseSeq: 0 }));
    const piece: ImportPiece = {
      ...first,
      receipts: [receipt(1, { paidUnexplained: true }), receipt(2, { paidUnexplained: true }), receipt(3, { paidUnexplained: true })],
      addenda: [addendum(1, 1), addendum(1, 2), addendum(2, 1), addendum(2, 2), addendum(2, 3), addendum(3, 1)],
      dues: [due(1, 1, NOW), due(1, 2, NOW), due(2, 3, NOW), due(3, 1, NOW)],
    };
    await store().transfer.add(A, ID, 0, piece, NOW);
    expect(await store().transfer.end(A, ID, ending({ expected: headAt(A, 0) }))).toBe(2);
    const found = await Promise.all([1, 2, 3].map((n) => store().addenda.ofReceipt(A, receiptId(n))));
    expect(found.map((list) => list.map(({ id }) => id))).toEqual([
      [addendum(1, 1).id, addendum(1, 2).id],
      [addendum(2, 1).id, addendumId(77)],
      [addendum(3, 1).id],
    ]);
    expect(await store().addenda.dueIn(A, NOW + 9, 10)).toEqual([due(1, 2, NOW), due(3, 1, NOW), due(1, 1, NOW + 5), due(2, 2, NOW + 6)]);
    const paid = await store().receipts(A, { ...ALL_RECEIPTS, paidUnexplained: true });
    expect(paid.receipts.map(({ id }) => id)).toEqual([3, 1].map(receiptId));
    expect(await store().transfer.counts(STAGE)).toMatchObject({ addenda: 0 });
  });

  it('says which receipt lacks evidence before later evidence, or is not there', async () => {
    const bringing = async (addenda: ImportPiece['addenda']): Promise<string | null> => {
      await store().transfer.begin(begun());
      await store().transfer.add(A, ID, 0, { ...first, addenda, evidence: [], dues: [] }, NOW);
      return store().transfer.strayAddendum(A);
    };
    expect(await bringing([addendum(1, 1), addendum(1, 2)])).toBeNull();
    expect(await bringing([addendum(1, 2)])).toBe(receiptId(1));
    expect(await bringing([addendum(1, 1), addendum(1, 3)])).toBe(receiptId(1));
    expect(await bringing([addendum(1, 1), addendum(9, 1)])).toBe(receiptId(9));
  });

  it('takes parts of an artefact in their order alone, after their addendum', async () => {
    await store().transfer.begin(begun());
    await store().transfer.add(A, ID, 0, first, NOW);
    const part = { receipt: receiptId(1), number: 1, from: EVIDENCE.length, sealed: hash('more of it') };
    for (const bad of [
      { ...part, from: 7 },
      { ...part, number: 3 },
      { ...part, receipt: receiptId(9) },
    ]) {
      await expect(store().transfer.add(A, ID, 1, { ...NOTHING, evidence: [bad] }, NOW)).rejects.toThrow(StoreConflict);
    }
    expect(await store().transfer.add(A, ID, 1, { ...NOTHING, evidence: [part] }, NOW)).toBe(true);
  });

  it('gives the model labels of receipts page by page', async () => {
    const labels = [1, 2, 3, 4].map((n) => ({ labelTag: hash(`label ${n % 2}`), receipt: receiptId(n) }));
    for (const vault of [A, B]) await store().commit(commitOf(change(vault, null, 0, { receiptLabels: labels })));
    const found: (typeof labels)[number][] = [];
    for (;;) {
      const page = await store().transfer.labels(A, found.at(-1) ?? null, 3);
      found.push(...page);
      if (page.length < 3) break;
    }
    expect(found).toHaveLength(4);
    expect(new Set(found.map(({ receipt: id }) => id)).size).toBe(4);
  });

  it('what is dropped, or gives way to another import, is gone; never what has come to be there otherwise', async () => {
    await bring();
    expect(await store().transfer.importsBefore(NOW + 2)).toEqual([]);
    expect(await store().transfer.importsBefore(NOW + 3)).toEqual([A]);
    await store().transfer.begin(begun({ id: OTHER }));
    expect(await store().transfer.counts(A)).toEqual({ versions: 0, receipts: 0, receiptRows: 0, addenda: 0 });
    await store().transfer.add(A, OTHER, 0, NOTHING, NOW);
    await store().commit(commitOf(change(A, null, 0, { versions: [version(9)] })));
    await store().transfer.drop(A);
    expect(await store().transfer.import(A)).toBeNull();
    expect(await store().transfer.counts(A)).toMatchObject({ versions: 1 });
    await store().transfer.drop(A);
  });
}
