import { expect, it } from 'vitest';
import type { KeptAddendum, StoredAddendum, StoredDue } from '../../src/store/addenda.ts';
import { StoreConflict } from '../../src/store/store.ts';
import type { Subject } from './conformance.ts';
import {
  addendum,
  addendumId,
  ALL_RECEIPTS,
  change,
  commitOf,
  grantId,
  hash,
  NOW,
  receipt,
  receiptId,
  retrievalId,
  vaultId,
} from './samples.ts';

const [A, B] = [vaultId('a'), vaultId('b')];

/** What is pending of a receipt that was issued at `NOW`. */
const due = (number: number, dueAt: number, looks = 0): StoredDue => ({ receipt: receiptId(1), number, dueAt, looks });

/** As it is read without its artefact. */
const kept = ({ evidence, ...addendum }: StoredAddendum): KeptAddendum => ({ ...addendum, evidenceBytes: evidence.length });

/** What the face promises of evidence that came after its receipt. */
export function addenda(subject: Subject): void {
  const write = (vault: string, more: Parameters<typeof change>[3], from: number | null = null): Promise<void> =>
    subject.store.commit(commitOf(change(vault, from, 0, { ...more, ...(from === null ? {} : { events: [] }) })));
  const of = (vault: string, n: number) => subject.store.addenda.after(vault, receiptId(n), 0, Number.MAX_SAFE_INTEGER);

  it('comes back in its order, of its own receipt and vault, as it was written', async () => {
    const more = [addendum(1, 1), addendum(1, 2, { proof: 'a proof' }), addendum(1, 3, { evidence: new Uint8Array(0) })];
    await write(A, { addenda: [...more.toReversed(), addendum(2, 1)] });
    await write(B, { addenda: [addendum(1, 1, { sealed: hash('other') })] });
    await subject.reopen();
    expect(await of(A, 1)).toEqual(more);
    expect(await of(A, 3)).toEqual([]);
    expect(await subject.store.addenda.ofReceipt(A, receiptId(1))).toEqual(more.map(kept));
    const latest = await subject.store.addenda.latest(A, [receiptId(2), receiptId(3), receiptId(1)]);
    expect([...latest]).toEqual([
      [receiptId(2), kept(addendum(2, 1))],
      [receiptId(1), kept(addendum(1, 3, { evidence: new Uint8Array(0) }))],
    ]);
    expect(await subject.store.addenda.evidence(A, receiptId(1), 2)).toEqual(addendum(1, 2).evidence);
    expect(await subject.store.addenda.evidence(A, receiptId(1), 3)).toEqual(new Uint8Array(0));
    expect(await subject.store.addenda.evidence(B, receiptId(1), 2)).toBeNull();
    expect(await of(B, 1)).toEqual([addendum(1, 1, { sealed: hash('other') })]);
  });

  it('comes in pages of about so many bytes, one at least', async () => {
    const more = [1, 2, 3, 4].map((number) => addendum(1, number));
    await write(A, { addenda: more });
    const after = (number: number, most: number) => subject.store.addenda.after(A, receiptId(1), number, most);
    expect(await after(0, 1)).toEqual(more.slice(0, 1));
    expect(await after(1, 2900 * 2)).toEqual(more.slice(1, 3));
    expect(await after(3, 1e6)).toEqual(more.slice(3));
    expect(await after(4, 1e6)).toEqual([]);
  });

  it('never takes the place of another, and nothing is written of a commit that tries', async () => {
    await write(A, { addenda: [addendum(1, 1)] });
    const same = { ...addendum(1, 1), id: addendumId(7) };
    const named = { ...addendum(1, 2), id: addendum(1, 1).id };
    for (const taken of [same, named]) {
      const written = write(A, { addenda: [addendum(2, 1), taken], dues: [due(1, NOW)], receipts: [receipt(5)] }, 0);
      await expect(written).rejects.toThrow(StoreConflict);
    }
    expect([await of(A, 1), await of(A, 2)]).toEqual([[addendum(1, 1)], []]);
    expect(await subject.store.addenda.dueOf(A, receiptId(1))).toEqual([]);
    expect(await subject.store.receipt(A, receiptId(5))).toBeNull();
  });

  it('is due until nobody looks at it any more, soonest first, by vault', async () => {
    const all = [due(1, NOW + 30), due(2, NOW + 10), due(3, NOW + 20), { ...due(1, NOW + 10), receipt: receiptId(2) }];
    await write(A, { dues: all });
    await write(B, { dues: [due(1, NOW)] });
    const dueIn = (vault: string, now: number, limit = 10) => subject.store.addenda.dueIn(vault, now, limit);
    expect(await dueIn(A, NOW + 30)).toEqual([all[1], all[3], all[2], all[0]]);
    expect(await dueIn(A, NOW + 19)).toEqual([all[1], all[3]]);
    expect(await dueIn(A, NOW + 30, 1)).toEqual([all[1]]);
    expect(await dueIn(A, NOW + 9)).toEqual([]);
    expect(await subject.store.addenda.dueOf(A, receiptId(1))).toEqual(all.slice(0, 3));
    expect(await subject.store.addenda.dueCount(NOW + 10)).toEqual({ pending: 5, due: 3 });

    await write(A, { dues: [due(1, NOW + 60, 1), { ...due(2, 0, 1), dueAt: null }] }, 0);
    expect(await subject.store.addenda.dueOf(A, receiptId(1))).toEqual([due(1, NOW + 60, 1), all[2]]);
    expect(await dueIn(B, NOW)).toEqual([due(1, NOW)]);
  });

  it('is looked at by one alone', async () => {
    await write(A, { dues: [due(1, NOW), due(2, NOW)] });
    const claim = (one: StoredDue, until: number) => subject.store.addenda.claimDue(A, one, until);
    expect(await Promise.all([claim(due(1, NOW), NOW + 50), claim(due(1, NOW), NOW + 60)])).toEqual([true, false]);
    expect(await subject.store.addenda.dueOf(A, receiptId(1))).toEqual([due(1, NOW + 50), due(2, NOW)]);
    expect(await claim(due(2, NOW, 1), NOW + 50)).toBe(false);
    expect(await claim(due(1, NOW + 50), NOW + 90)).toBe(true);
    expect(await subject.store.addenda.claimDue(B, due(2, NOW), NOW + 90)).toBe(false);
  });

  it('finds the receipts of a model label, newest first, all or a grant’s own', async () => {
    const [label, other] = [hash('label'), hash('other label')];
    const receipts = [1, 2, 3, 4, 5].map((n) => receipt(n, { retrieval: retrievalId(n), grant: grantId(n % 2) }));
    const receiptLabels = receipts.map(({ id }) => ({ receipt: id, labelTag: id === receiptId(3) ? other : label }));
    await write(A, { receipts, receiptLabels: [...receiptLabels, { receipt: receiptId(5), labelTag: label }] });
    await write(B, { receiptLabels: [{ receipt: receiptId(9), labelTag: label }] });
    const found = async (grant: string | null, before: string | null = null, limit = 10, tag = label) =>
      (await subject.store.addenda.labelled(A, tag, grant, before, limit)).receipts;
    expect(await found(null)).toEqual([5, 4, 2, 1].map(receiptId));
    expect(await found(grantId(1))).toEqual([5, 1].map(receiptId));
    expect(await found(grantId(0))).toEqual([4, 2].map(receiptId));
    expect(await found(null, receiptId(4), 1)).toEqual([receiptId(2)]);
    expect(await found(null, null, 10, other)).toEqual([receiptId(3)]);
    for (const grant of [null, grantId(1)]) {
      const pages: string[] = [];
      let before: string | null = null;
      do {
        const page = await subject.store.addenda.labelled(A, label, grant, before, 1);
        pages.push(...page.receipts);
        before = page.next;
      } while (before !== null);
      expect(pages).toEqual(await found(grant));
    }
  });

  it('says anew whether a receipt is paid for and not explained', async () => {
    await write(A, { receipts: [receipt(1), receipt(2, { retrieval: retrievalId(2), paidUnexplained: true })] });
    const flagged = async (): Promise<string[]> =>
      (await subject.store.receipts(A, { ...ALL_RECEIPTS, paidUnexplained: true })).receipts.map(({ id }) => id);
    expect(await flagged()).toEqual([receiptId(2)]);
    const paidUnexplained = [
      { receipt: receiptId(1), flag: true },
      { receipt: receiptId(2), flag: false },
    ];
    await write(A, { paidUnexplained }, 0);
    expect(await flagged()).toEqual([receiptId(1)]);
    expect(await subject.store.receipt(A, receiptId(1))).toEqual({ ...receipt(1), paidUnexplained: true });
  });
}
