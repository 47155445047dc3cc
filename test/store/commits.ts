import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Commit, StoreConflict } from '../../src/store/store.ts';
import type { Subject } from './conformance.ts';
import {
  box,
  change,
  commitOf,
  event,
  everything,
  fullChange,
  grantId,
  hash,
  headAt,
  idempotency,
  noted,
  logChange,
  NOW,
  receipt,
  receiptRow,
  retrieval,
  row,
  vaultId,
  version,
} from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');
const C = vaultId('c');

/** The conflict that a commit ends in. */
async function conflictOf(written: Promise<void>): Promise<{ vaults: readonly string[]; log: boolean }> {
  const error: unknown = await written.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreConflict);
  return error instanceof StoreConflict ? { vaults: error.vaults, log: error.log } : { vaults: [], log: false };
}

export function commits(subject: Subject): void {
  it('start from nothing', async () => {
    const { store } = subject;
    expect(await store.vaultCount()).toBe(0);
    expect(await store.vaultIds()).toEqual([]);
    expect(await store.head(A)).toBeNull();
    expect(await store.log()).toBeNull();
    expect(await store.tile(0, 0)).toBeNull();
    expect(await store.dueCount(NOW)).toBe(0);
  });

  it('keep every kind of record as it was given, over a restart', async () => {
    const given = fullChange(A, null, 2);
    await subject.store.commit({ vaults: [given, change(B, null, 0)], log: logChange(0, 3) });
    for (const turn of ['at once', 'after a restart']) {
      if (turn === 'after a restart') await subject.reopen();
      const { store } = subject;
      expect(await store.vaultCount(), turn).toBe(2);
      expect(await store.vaultIds(), turn).toEqual([A, B].toSorted());
      expect(await store.head(A), turn).toEqual(given.head);
      expect(await store.events(A, 0, 10), turn).toEqual(given.events);
      expect(await store.rows(A), turn).toEqual(given.rows);
      expect(await store.boxes(A, null), turn).toEqual([box(null)]);
      expect(await store.boxes(A, grantId(1)), turn).toEqual([box(1), box(1, 2)]);
      expect(await store.grantVault(grantId(1)), turn).toBe(A);
      expect(await store.retrieval(A, retrieval(1).id), turn).toEqual(retrieval(1));
      expect(await store.receipt(A, receipt(2).id), turn).toEqual(given.receipts[0]);
      expect(await store.receiptRows(A, receipt(2).id), turn).toEqual(given.receiptRows);
      expect(await store.idempotency(A, grantId(1), idempotency(1).key), turn).toEqual(idempotency(1));
      for (const one of given.versions) expect(await store.version(A, one.row, one.version), turn).toEqual(one);
      expect(await store.log(), turn).toEqual(logChange(0, 3).log);
      expect([await store.tile(0, 0), await store.tile(-1, 0)], turn).toEqual(logChange(0, 3).tiles.map(({ bytes }) => bytes));
    }
  });

  it('keep vaults apart', async () => {
    await subject.store.commit(commitOf(fullChange(A, null, 2), change(B, null, 1)));
    const { store } = subject;
    expect(await store.rows(B)).toEqual([]);
    expect(await store.versions(B, version(1).collection, '', 10)).toEqual([]);
    expect(await store.version(B, version(1).row, 1)).toBeNull();
    expect(await store.boxes(B, null)).toEqual([]);
    expect(await store.retrieval(B, retrieval(1).id)).toBeNull();
    expect(await store.receipt(B, receipt(2).id)).toBeNull();
    expect(await store.receiptRows(B, receipt(2).id)).toEqual([]);
    expect(await store.receiptForRetrieval(B, receipt(2).retrieval)).toBeNull();
    expect(await store.idempotency(B, grantId(1), idempotency(1).key)).toBeNull();
    expect(await store.events(B, 0, 10)).toEqual([event(B, 0), event(B, 1)]);
  });

  it('go on from the head that they name', async () => {
    await subject.store.commit(commitOf(change(A, null, 2)));
    await subject.store.commit(commitOf(change(A, 2, 5)));
    expect(await subject.store.head(A)).toEqual(headAt(A, 5));
    expect(await subject.store.events(A, 0, 10)).toHaveLength(6);
  });

  it('may bring records alone and leave the head where it is', async () => {
    await subject.store.commit(commitOf(change(A, null, 0)));
    await subject.store.commit(commitOf(change(A, 0, 0, { retrievals: [retrieval(1)] })));
    expect(await subject.store.head(A)).toEqual(headAt(A, 0));
    expect(await subject.store.retrieval(A, retrieval(1).id)).toEqual(retrieval(1));
  });

  it.each([
    ['an old seq', change(A, 1, 3)],
    ['a seq yet to come', change(A, 3, 4)],
    ['another hash at that seq', change(A, 2, 3, { expected: { ...headAt(A, 2), hash: hash('other') } })],
    ['the hash of that seq at another', change(A, 2, 3, { expected: { ...headAt(A, 2), seq: 1 } })],
    ['a new vault that is there', change(A, null, 0)],
    ['a vault that is not there', change(C, 0, 1)],
  ])('refuse %s and write nothing', async (_, stale) => {
    await subject.store.commit({ vaults: [fullChange(A, null, 2), change(B, null, 1)], log: logChange(0, 2) });
    const before = await everything(subject.store, [A, B, C]);
    const good = change(B, 1, 2, { rows: [row(9)], versions: [version(9)], grants: [grantId(2)] });
    const conflict = await conflictOf(subject.store.commit({ vaults: [good, stale], log: logChange(2, 3) }));
    expect(conflict).toEqual({ vaults: [stale.vault], log: false });
    expect(await everything(subject.store, [A, B, C])).toEqual(before);
    await subject.store.commit({ vaults: [good], log: logChange(2, 3) });
    expect(await subject.store.head(B)).toEqual(headAt(B, 2));
  });

  it('name every vault that has moved, and the log', async () => {
    await subject.store.commit({ vaults: [change(A, null, 2), change(B, null, 1)], log: logChange(0, 2) });
    const before = await everything(subject.store, [A, B, C]);
    const stale = { vaults: [change(A, 0, 1), change(B, 1, 2), change(C, 4, 5)], log: logChange(1, 3) };
    expect(await conflictOf(subject.store.commit(stale))).toEqual({ vaults: [A, C], log: true });
    expect(await conflictOf(subject.store.commit({ vaults: [], log: logChange(0, 3) }))).toEqual({ vaults: [], log: true });
    expect(await everything(subject.store, [A, B, C])).toEqual(before);
  });

  it('put an idempotency key in the place of one that has lapsed and not been pruned', async () => {
    const [old, next] = [idempotency(1, NOW - 1), { ...idempotency(1, NOW + 60_000), resultIds: [] }];
    await subject.store.commit(commitOf(change(A, null, 0, { idempotency: [noted(old, NOW - 1000)] })));
    await subject.store.commit(commitOf(change(A, 0, 0, { idempotency: [noted(next, NOW)] })));
    expect(await subject.store.idempotency(A, old.grant, old.key)).toEqual(next);
  });

  it.each([
    ['a grant that another vault has', change(B, 0, 1, { grants: [grantId(1)] })],
    ['a retrieval id', change(A, 2, 2, { retrievals: [retrieval(1, NOW)] })],
    ['a receipt id', change(A, 2, 2, { receipts: [receipt(2, { retrieval: retrieval(7).id })] })],
    ['a retrieval that has its receipt', change(A, 2, 2, { receipts: [receipt(7, { retrieval: receipt(2).retrieval })] })],
    ['an idempotency key', change(A, 2, 2, { idempotency: [noted(idempotency(1, NOW))] })],
  ])('end in a conflict on %s that is taken, and write nothing', async (_, taken) => {
    await subject.store.commit({ vaults: [fullChange(A, null, 2), change(B, null, 0)], log: logChange(0, 2) });
    const before = await everything(subject.store, [A, B, C]);
    const conflict = await conflictOf(subject.store.commit({ vaults: [change(C, null, 0), taken], log: logChange(2, 3) }));
    expect(conflict).toEqual({ vaults: [taken.vault], log: false });
    expect(await everything(subject.store, [A, B, C])).toEqual(before);
  });

  it.each([
    ['an event', change(A, 2, 3, { events: [event(A, 1), event(A, 3)] })],
    ['a version', change(A, 2, 3, { versions: [version(8), version(1)] })],
    ['what a receipt says of a row', change(A, 2, 3, { receiptRows: [receiptRow(2, 0, 8)] })],
  ])('never write over %s', async (_, over) => {
    await subject.store.commit(commitOf(fullChange(A, null, 2), change(B, null, 0)));
    const before = await everything(subject.store, [A, B]);
    await expect(subject.store.commit(commitOf(change(B, 0, 1), over))).rejects.toMatchObject({ code: 'store_failed' });
    expect(await everything(subject.store, [A, B])).toEqual(before);
  });

  it('refuse ids of the wrong kind and write nothing', async () => {
    const wrong = change(A, null, 0, { versions: [{ ...version(1), row: grantId(1) }] });
    await expect(subject.store.commit(commitOf(change(B, null, 0), wrong))).rejects.toMatchObject({ code: 'encoding_invalid' });
    await expect(subject.store.commit(commitOf(change('ab', null, 0)))).rejects.toMatchObject({ code: 'encoding_invalid' });
    expect(await subject.store.vaultCount()).toBe(0);
  });

  it('replace rows', async () => {
    await subject.store.commit(commitOf(change(A, null, 0, { rows: [row(1), row(2)] })));
    const fallen = { ...row(1, null, 'dormant'), version: 2, activeUntil: 5, backgroundUntil: 6 };
    await subject.store.commit(commitOf(change(A, 0, 1, { rows: [fallen] })));
    expect(await subject.store.rows(A)).toEqual([fallen, row(2)]);
    expect(await subject.store.dueRows(NOW, 10)).toEqual([{ ...row(2), vault: A }]);
  });

  it('delete the boxes of grants, those of the same commit too, and leave the grant', async () => {
    await subject.store.commit(commitOf(change(A, null, 0, { grants: [grantId(1)], boxes: [box(null), box(1), box(2)] })));
    await subject.store.commit(commitOf(change(A, 0, 1, { boxes: [box(1, 1, 2), box(2, 1, 2)], unboxed: [grantId(1)] })));
    expect(await subject.store.boxes(A, grantId(1))).toEqual([]);
    expect(await subject.store.boxes(A, grantId(2))).toEqual([box(2), box(2, 1, 2)]);
    expect(await subject.store.boxes(A, null)).toEqual([box(null)]);
    expect(await subject.store.grantVault(grantId(1))).toBe(A);
  });

  it('grow the log', async () => {
    await subject.store.commit({ vaults: [], log: logChange(0, 2) });
    await subject.store.commit({ vaults: [], log: logChange(2, 9) });
    expect(await subject.store.log()).toEqual(logChange(2, 9).log);
    expect(await subject.store.tile(0, 0)).toHaveLength(9 * 32);
    expect(await subject.store.tile(-1, 0)).toHaveLength(9 * 34);
    expect(await subject.store.tile(1, 0)).toBeNull();
  });

  it('keep instants and numbers exactly, up to the largest safe integer', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const times = { activeUntil: most, backgroundUntil: -most, dueAt: 253_402_300_799_999 };
    await subject.store.commit(
      commitOf(change(A, null, 0, { head: { ...headAt(A, 0), seq: most, at: -1 }, rows: [{ ...row(1), ...times }] })),
    );
    expect(await subject.store.head(A)).toEqual({ ...headAt(A, 0), seq: most, at: -1 });
    expect(await subject.store.rows(A)).toEqual([{ ...row(1), ...times }]);
    expect(await subject.store.dueCount(times.dueAt - 1)).toBe(0);
    expect(await subject.store.dueCount(times.dueAt)).toBe(1);
  });

  it('are written whole or not at all, whichever of their vaults are stale', async () => {
    const vaults = [A, B, C];
    const step = fc.record({ stale: fc.subarray(vaults), writes: fc.subarray(vaults, { minLength: 1 }), logStale: fc.boolean() });
    const heads = new Map<string, number>();
    let size = 0;
    await fc.assert(
      fc.asyncProperty(step, async ({ stale, writes, logStale }) => {
        const commit: Commit = {
          vaults: writes.map((vault) => {
            const from = heads.get(vault) ?? null;
            const wrong = from === null ? 3 : null;
            const made = change(vault, from, (from ?? -1) + 2);
            return stale.includes(vault) ? { ...made, expected: wrong === null ? null : headAt(vault, wrong) } : made;
          }),
          log: logChange(logStale ? size + 1 : size, size + 1),
        };
        const moved = writes.filter((vault) => stale.includes(vault));
        if (moved.length > 0 || logStale) {
          expect(await conflictOf(subject.store.commit(commit))).toEqual({ vaults: moved, log: logStale });
        } else {
          await subject.store.commit(commit);
          for (const vault of writes) heads.set(vault, (heads.get(vault) ?? -1) + 2);
          size += 1;
        }
        for (const vault of vaults) {
          const seq = heads.get(vault);
          expect(await subject.store.head(vault)).toEqual(seq === undefined ? null : headAt(vault, seq));
          expect(await subject.store.events(vault, 0, 1000)).toHaveLength((seq ?? -1) + 1);
        }
        expect((await subject.store.log())?.size ?? 0).toBe(size);
      }),
      { numRuns: 60 },
    );
  });
}
