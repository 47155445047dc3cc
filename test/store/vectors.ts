import { expect, it } from 'vitest';
import type { StoredVector } from '../../src/store/vectors.ts';
import type { Subject } from './conformance.ts';
import { change, collectionId, commitOf, hash, rowId, vaultId } from './samples.ts';

const [A, B] = [vaultId('a'), vaultId('b')];

const vector = (row: number, version = 1, collection = 1, epoch = 1): StoredVector => ({
  collection: collectionId(collection),
  row: rowId(row),
  version,
  epoch,
  sealed: hash(`vector ${row} ${version} ${collection} ${epoch}`),
});
const rewrap = (collection: number, epoch: number) => ({
  collection: collectionId(collection),
  epoch,
  afterRow: '',
  afterReceipt: null,
  doneAt: null,
});

/** What the face promises of rows' vectors. */
export function vectors(subject: Subject): void {
  const all = [vector(1), vector(1, 2), vector(2), vector(3), vector(7, 4)];
  const page = (vault: string, collection = 1, after: StoredVector | null = null, limit = 100): Promise<readonly StoredVector[]> =>
    subject.store.vectors.page(vault, collectionId(collection), after, limit);
  const fill = async (): Promise<void> => {
    await subject.store.commit(
      commitOf(change(A, null, 3, { vectors: [...all, vector(4, 1, 2)] }), change(B, null, 0, { vectors: [vector(1)] })),
    );
  };

  it('come back by row and version, a page at a time', async () => {
    await subject.store.commit(commitOf(change(A, null, 3, { vectors: all.toReversed() })));
    await subject.reopen();
    expect(await page(A)).toEqual(all);
    for (let size = 1; size <= 6; size++) {
      const read: StoredVector[] = [];
      for (let some = await page(A, 1, null, size); some.length > 0; some = await page(A, 1, read.at(-1), size)) read.push(...some);
      expect(read).toEqual(all);
    }
    expect(await subject.store.vectors.of(A, collectionId(1), [7, 9, 1].map(rowId))).toEqual([vector(7, 4), vector(1), vector(1, 2)]);
    expect(await subject.store.vectors.of(A, collectionId(2), [rowId(1)])).toEqual([]);
  });

  it('take the place of the one that the same version had', async () => {
    await fill();
    const other = { ...vector(2), epoch: 3, sealed: hash('other') };
    await subject.store.commit(commitOf(change(A, 3, 3, { vectors: [other] })));
    expect(await page(A)).toEqual(all.map((one) => (one.row === other.row ? other : one)));
    expect(await page(B)).toEqual([vector(1)]);
  });

  it('go where the key of their collection is rotated, and stay where that was another', async () => {
    await fill();
    const made = vector(9, 1, 1, 2);
    await subject.store.commit(commitOf(change(A, 3, 4, { rewraps: [rewrap(1, 2)], vectors: [made] })));
    expect(await page(A)).toEqual([made]);
    expect(await page(A, 2)).toEqual([vector(4, 1, 2)]);
    expect(await page(B)).toEqual([vector(1)]);
  });

  it('go with their rows, all versions of them, and with the vault', async () => {
    await fill();
    await subject.store.erasing.rows(A, [{ row: rowId(1), collection: collectionId(1) }]);
    expect(await page(A)).toEqual(all.slice(2));
    expect(await page(B)).toEqual([vector(1)]);
    while (await subject.store.erasing.vault(A, 2));
    expect([await page(A), await page(A, 2)]).toEqual([[], []]);
    expect(await page(B)).toEqual([vector(1)]);
  });
}
