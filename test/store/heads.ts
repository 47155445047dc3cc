import { expect, it } from 'vitest';
import type { LoggedHead } from '../../src/store/heads.ts';
import { StoreConflict } from '../../src/store/store.ts';
import type { Subject } from './conformance.ts';
import { change, commitOf, everything, hash, headAt, logChange, NOW, vaultId } from './samples.ts';

const [A, B, C] = [vaultId('a'), vaultId('b'), vaultId('c')];

const logged = (vault: string, seq: number, logIndex: number): LoggedHead => ({
  vault,
  seq,
  hash: headAt(vault, seq).hash,
  salt: hash(`salt ${vault} ${seq}`),
  at: NOW + 1000,
  logIndex,
});

/** What the face promises of vaults’ heads in the log. */
export function heads(subject: Subject): void {
  const names = async (): Promise<string[]> => (await subject.store.heads.unlogged(null, 100)).map(({ vault }) => vault);

  it('are wanted of each vault whose head has moved, the longest standing first', async () => {
    await subject.store.commit(commitOf(change(A, null, 9), change(B, null, 3), change(C, null, 5)));
    const all = await subject.store.heads.unlogged(null, 100);
    expect(all).toEqual([B, C, A].map((vault) => ({ vault, ...headAt(vault, { [A]: 9, [B]: 3, [C]: 5 }[vault] ?? 0) })));
    const [first, ...rest] = all;
    expect(await subject.store.heads.unlogged(null, 1)).toEqual([first]);
    expect(await subject.store.heads.unlogged(first ?? null, 100)).toEqual(rest);
    await subject.store.commit({ vaults: [], log: logChange(0, 2), heads: [logged(B, 3, 0), logged(A, 9, 1)] });
    await subject.reopen();
    expect(await names()).toEqual([C]);
    await subject.store.commit(commitOf(change(B, 3, 4)));
    expect(await names()).toEqual([B, C]);
  });

  it('come back as they were, from any event on, in every vault its own', async () => {
    await subject.store.commit(commitOf(change(A, null, 9), change(B, null, 9)));
    const kept = [logged(A, 2, 0), logged(A, 5, 3), logged(A, 9, 4)];
    for (const one of [...kept, logged(B, 9, 5)]) await subject.store.commit({ vaults: [], log: null, heads: [one] });
    await subject.reopen();
    expect(await subject.store.heads.page(A, 0, 10)).toEqual(kept);
    expect(await subject.store.heads.page(A, 3, 1)).toEqual([kept[1]]);
    expect(await subject.store.heads.page(A, 10, 10)).toEqual([]);
    expect(await subject.store.heads.latest(A)).toEqual(kept[2]);
    expect(await subject.store.heads.latest(C)).toBeNull();
  });

  it('go forward alone: with one that is as late already nothing of the commit is written', async () => {
    await subject.store.commit(commitOf(change(A, null, 9), change(B, null, 9)));
    await subject.store.commit({ vaults: [], log: logChange(0, 1), heads: [logged(A, 5, 0)] });
    const before = await everything(subject.store, [A, B]);
    for (const seq of [5, 4]) {
      const commit = { ...commitOf(change(B, 9, 10)), log: logChange(1, 3), heads: [logged(B, 9, 1), logged(A, seq, 2)] };
      const refused = await subject.store.commit(commit).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StoreConflict);
      expect(refused).toMatchObject({ vaults: [A], log: false });
    }
    expect(await everything(subject.store, [A, B])).toEqual(before);
    expect(await subject.store.heads.page(B, 0, 10)).toEqual([]);
    expect((await subject.store.log())?.size).toBe(1);
  });

  it('go with their vault when that is erased, and no more are wanted of it', async () => {
    await subject.store.commit(commitOf(change(A, null, 9), change(B, null, 9)));
    await subject.store.commit({ vaults: [], log: null, heads: [logged(A, 2, 0), logged(B, 2, 1)] });
    expect(await names()).toEqual([A, B].toSorted());
    while (await subject.store.erasing.vault(A, 100));
    expect(await subject.store.heads.page(A, 0, 10)).toEqual([]);
    expect(await subject.store.heads.page(B, 0, 10)).toHaveLength(1);
    expect(await names()).toEqual([B]);
  });
}
