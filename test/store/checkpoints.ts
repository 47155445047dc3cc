import { expect, it } from 'vitest';
import type { StoredCheckpoint } from '../../src/store/checkpoints.ts';
import type { Subject } from './conformance.ts';
import { change, commitOf, everything, hash, headAt, vaultId } from './samples.ts';

const [A, B] = [vaultId('a'), vaultId('b')];

const checkpoint = (vault: string, seq: number, parts = 1, salt = ''): StoredCheckpoint => ({
  vault,
  seq,
  head: headAt(vault, seq).hash,
  parts: Array.from({ length: parts }, (_, i) => hash(`part ${vault} ${seq} ${i} ${salt}`)),
});
const place = ({ seq, head }: StoredCheckpoint): { seq: number; head: Uint8Array } => ({ seq, head });

/** What the face promises of checkpoints of the fold. */
export function checkpoints(subject: Subject): void {
  const two = async (): Promise<void> => {
    await subject.store.commit(commitOf(change(A, null, 30), change(B, null, 20)));
  };

  it('are kept whole, and come back part for part, in every vault its own', async () => {
    await two();
    const [first, second, other] = [checkpoint(A, 3, 12), checkpoint(A, 9), checkpoint(B, 3, 2)];
    for (const one of [second, first, other]) expect(await subject.store.checkpoints.keep(one, [])).toBe(true);
    await subject.reopen();
    expect(await subject.store.checkpoints.places(A)).toEqual([place(first), place(second)]);
    expect(await subject.store.checkpoints.places(B)).toEqual([place(other)]);
    for (const one of [first, second, other]) expect(await subject.store.checkpoints.read(one.vault, one.seq)).toEqual(one);
    expect(await subject.store.checkpoints.read(A, 4)).toBeNull();
  });

  it('take the place of one at the same event, and of those that are named', async () => {
    await two();
    for (const seq of [3, 5, 7]) await subject.store.checkpoints.keep(checkpoint(A, seq, 3), []);
    await subject.store.checkpoints.keep(checkpoint(B, 3), []);
    const anew = checkpoint(A, 7, 1, 'anew');
    await subject.store.checkpoints.keep(anew, [3, 5]);
    await subject.reopen();
    expect(await subject.store.checkpoints.places(A)).toEqual([place(anew)]);
    expect(await subject.store.checkpoints.read(A, 7)).toEqual(anew);
    expect(await subject.store.checkpoints.read(A, 3)).toBeNull();
    expect(await subject.store.checkpoints.places(B)).toHaveLength(1);
  });

  it('are refused where the ledger has no such head, and change nothing then', async () => {
    await two();
    await subject.store.checkpoints.keep(checkpoint(A, 3), []);
    const before = await everything(subject.store, [A, B]);
    expect(await subject.store.checkpoints.keep(checkpoint(A, 31), [3])).toBe(false);
    expect(await subject.store.checkpoints.keep({ ...checkpoint(A, 4), head: hash('another') }, [3])).toBe(false);
    expect(await subject.store.checkpoints.keep(checkpoint(vaultId('none'), 0), [])).toBe(false);
    expect(await everything(subject.store, [A, B])).toEqual(before);
  });

  it('go with their vault’s others', async () => {
    await two();
    for (const seq of [3, 5]) await subject.store.checkpoints.keep(checkpoint(A, seq), []);
    await subject.store.checkpoints.keep(checkpoint(B, 3), []);
    await subject.store.checkpoints.drop(A);
    await subject.reopen();
    expect(await subject.store.checkpoints.places(A)).toEqual([]);
    expect(await subject.store.checkpoints.places(B)).toHaveLength(1);
  });

  it('tell which vaults have come on since, by id and page by page', async () => {
    await two();
    await subject.store.checkpoints.keep(checkpoint(A, 25), []);
    const [a, b] = [
      { vault: A, seq: 30, kept: 25 },
      { vault: B, seq: 20, kept: -1 },
    ];
    const both = [a, b].toSorted((x, y) => (x.vault < y.vault ? -1 : 1));
    const { checkpoints: kept } = subject.store;
    expect(await kept.behind(4, '', 10)).toEqual(both);
    expect(await kept.behind(5, '', 10)).toEqual([b]);
    expect(await kept.behind(4, '', 1)).toEqual(both.slice(0, 1));
    expect(await kept.behind(4, both[0]?.vault ?? '', 10)).toEqual(both.slice(1));
    expect(await kept.behind(21, '', 10)).toEqual([]);
  });

  it('go with an erased collection and an erased vault', async () => {
    await two();
    for (const vault of [A, B]) await subject.store.checkpoints.keep(checkpoint(vault, 3, 4), []);
    await subject.store.erasing.collection(A, `col_${'0'.repeat(32)}`);
    expect(await subject.store.checkpoints.places(A)).toEqual([]);
    expect(await subject.store.checkpoints.places(B)).toHaveLength(1);
    while (await subject.store.erasing.vault(B, 3));
    await subject.reopen();
    expect(await subject.store.checkpoints.places(B)).toEqual([]);
  });
}
