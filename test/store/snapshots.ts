import { expect, it } from 'vitest';
import type { StoredSnapshot } from '../../src/store/snapshots.ts';
import type { Subject } from './conformance.ts';
import { change, collectionId, commitOf, everything, hash, headAt, NOW, vaultId } from './samples.ts';

const [A, B] = [vaultId('a'), vaultId('b')];

const snapshot = (vault: string, collection: number, seq: number, parts = 1, epoch = 1): StoredSnapshot => ({
  vault,
  collection: collectionId(collection),
  epoch,
  seq,
  head: headAt(vault, seq).hash,
  parts: Array.from({ length: parts }, (_, i) => hash(`part ${vault} ${collection} ${seq} ${i}`)),
});
const rewrap = (collection: number, epoch: number) => ({
  collection: collectionId(collection),
  epoch,
  afterRow: '',
  afterReceipt: null,
  doneAt: null,
});

/** What the face promises of row snapshots. */
export function snapshots(subject: Subject): void {
  const read = ({ vault, collection }: StoredSnapshot): Promise<StoredSnapshot | null> => subject.store.snapshots.read(vault, collection);
  const two = async (): Promise<void> => {
    await subject.store.commit(commitOf(change(A, null, 30), change(B, null, 20)));
  };

  it('are kept whole, one a collection, and come back part for part', async () => {
    await two();
    const all = [snapshot(A, 1, 3, 12), snapshot(A, 2, 9), snapshot(B, 1, 3, 2)];
    for (const one of all) expect(await subject.store.snapshots.keep(one, null)).toBe(true);
    await subject.reopen();
    for (const one of all) expect(await read(one)).toEqual(one);
    expect(await subject.store.snapshots.read(B, collectionId(2))).toBeNull();
  });

  it('take the place of the one that is named, and of no other', async () => {
    await two();
    await subject.store.snapshots.keep(snapshot(A, 1, 3, 5), null);
    const newer = snapshot(A, 1, 9, 2);
    for (const over of [null, 4, 9]) expect(await subject.store.snapshots.keep(newer, over)).toBe(false);
    expect(await read(newer)).toEqual(snapshot(A, 1, 3, 5));
    expect(await subject.store.snapshots.keep(newer, 3)).toBe(true);
    expect(await subject.store.snapshots.keep(snapshot(A, 1, 8), 3)).toBe(false);
    expect(await subject.store.snapshots.keep(snapshot(A, 2, 8), 3)).toBe(false);
    await subject.reopen();
    expect(await read(newer)).toEqual(newer);
    expect(await read(snapshot(A, 2, 8))).toBeNull();
  });

  it('are refused where the ledger has no such head', async () => {
    await two();
    const before = await everything(subject.store, [A, B]);
    expect(await subject.store.snapshots.keep(snapshot(A, 1, 31), null)).toBe(false);
    expect(await subject.store.snapshots.keep({ ...snapshot(A, 1, 4), head: hash('another') }, null)).toBe(false);
    expect(await subject.store.snapshots.keep(snapshot(vaultId('none'), 1, 0), null)).toBe(false);
    expect(await everything(subject.store, [A, B])).toEqual(before);
  });

  it('go with the commit that orders an erasure, and none from before it comes back', async () => {
    await two();
    for (const one of [snapshot(A, 1, 3), snapshot(A, 2, 3), snapshot(B, 1, 3)]) await subject.store.snapshots.keep(one, null);
    await subject.store.commit(commitOf(change(A, 30, 31, { erasures: [{ seq: 31, doneAt: null }] })));
    await subject.reopen();
    for (const collection of [1, 2]) expect(await read(snapshot(A, collection, 3))).toBeNull();
    expect(await read(snapshot(B, 1, 3))).not.toBeNull();
    expect(await subject.store.snapshots.keep(snapshot(A, 1, 30), null)).toBe(false);
    expect(await subject.store.snapshots.keep(snapshot(A, 1, 31), null)).toBe(true);
    await subject.store.commit(commitOf(change(A, 31, 32, { erasures: [{ seq: 31, doneAt: NOW }] })));
    expect(await read(snapshot(A, 1, 31))).toBeNull();
  });

  it('go with the commit that rotates their collection’s key, and none under the key before comes back', async () => {
    await two();
    for (const one of [snapshot(A, 1, 3), snapshot(A, 2, 3), snapshot(B, 1, 3)]) await subject.store.snapshots.keep(one, null);
    await subject.store.commit(commitOf(change(A, 30, 31, { rewraps: [rewrap(1, 2)] })));
    await subject.reopen();
    expect(await read(snapshot(A, 1, 3))).toBeNull();
    for (const one of [snapshot(A, 2, 3), snapshot(B, 1, 3)]) expect(await read(one)).toEqual(one);
    expect(await subject.store.snapshots.keep(snapshot(A, 1, 31), null)).toBe(false);
    const renewed = snapshot(A, 1, 31, 2, 2);
    expect(await subject.store.snapshots.keep(renewed, null)).toBe(true);
    await subject.store.commit(commitOf(change(A, 31, 32, { rewraps: [{ ...rewrap(1, 2), doneAt: NOW, afterReceipt: '' }] })));
    expect(await read(renewed)).toEqual(renewed);
  });

  it('go with an erased vault, and where they are dropped', async () => {
    await two();
    for (const one of [snapshot(A, 1, 3, 4), snapshot(A, 2, 3), snapshot(B, 1, 3, 7)]) await subject.store.snapshots.keep(one, null);
    await subject.store.snapshots.drop(A);
    expect(await read(snapshot(A, 1, 3))).toBeNull();
    expect(await read(snapshot(A, 2, 3))).toBeNull();
    expect(await read(snapshot(B, 1, 3))).not.toBeNull();
    while (await subject.store.erasing.vault(B, 3));
    await subject.reopen();
    expect(await read(snapshot(B, 1, 3))).toBeNull();
  });
}
