import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CaseChange, CaseFilter, StoredCase, StoredCaseEvent, StoredReviewer } from '../../src/store/cases.ts';
import { type Commit, StoreConflict } from '../../src/store/store.ts';
import type { Subject } from './conformance.ts';
import { change, hash, headAt, logChange, NOW, receiptId, vaultId } from './samples.ts';

const [A, B] = [vaultId('a'), vaultId('b')];
const digits = (n: number): string => n.toString(16).padStart(32, '0');
const deskId = (n: number): string => `dsk_${digits(n)}`;
const reviewerId = (n: number): string => `rev_${digits(n)}`;
const caseId = (n: number): string => `cse_${digits(n)}`;

const reviewer = (n: number, more: Partial<StoredReviewer> = {}): StoredReviewer => ({
  id: reviewerId(n),
  desk: deskId(1),
  name: `reviewer ${n}`,
  key: hash(`key ${n}`),
  authHash: hash(`token ${n}`),
  addedAt: NOW + n,
  removedAt: null,
  ...more,
});

const sample = (n: number, more: Partial<StoredCase> = {}): StoredCase => ({
  id: caseId(n),
  desk: deskId(1),
  vault: A,
  receipt: receiptId(n % 7),
  openedAt: NOW + n,
  state: 'hold',
  assigned: null,
  decidedBeforeProof: false,
  reopened: 0,
  revision: 1,
  sealed: hash(`case ${n}`),
  ...more,
});

const event = (n: number, number: number): StoredCaseEvent => ({
  case: caseId(n),
  number,
  at: NOW + number,
  logIndex: 100 * n + number,
  sealed: hash(`event ${n} ${number}`),
});

const opening = (one: StoredCase, events: readonly StoredCaseEvent[] = []): CaseChange => ({ expected: null, next: one, events });
const moving = (one: StoredCase, events: readonly StoredCaseEvent[] = []): CaseChange => ({
  expected: one.revision - 1,
  next: one,
  events,
});
const commitOf = (...cases: CaseChange[]): Commit => ({ vaults: [], log: null, cases });

const COUNT = 40;
const CASES: readonly StoredCase[] = Array.from({ length: COUNT }, (_, n) =>
  sample(n, {
    desk: deskId(1 + (n % 2)),
    vault: n % 3 === 0 ? B : A,
    state: n % 5 < 2 ? 'clear' : 'hold',
    assigned: n % 4 === 0 ? null : reviewerId(n % 4),
    decidedBeforeProof: n % 6 === 0,
    reopened: n % 7 === 0 ? 2 : 0,
  }),
);

export const ALL_CASES: CaseFilter = {
  desk: null,
  vault: null,
  receipt: null,
  state: null,
  assigned: null,
  decidedBeforeProof: false,
  reopened: false,
  before: null,
  limit: 1000,
};

/** The list, worked out the long way. */
function expected({ desk, vault, receipt, state, assigned, decidedBeforeProof, reopened, before }: CaseFilter): StoredCase[] {
  if (desk === null && vault === null) return [];
  return CASES.toReversed()
    .filter((one) => (desk === null || one.desk === desk) && (vault === null || one.vault === vault))
    .filter((one) => (receipt === null || one.receipt === receipt) && (state === null || one.state === state))
    .filter((one) => assigned === null || one.assigned === assigned)
    .filter((one) => (!decidedBeforeProof || one.decidedBeforeProof) && (!reopened || one.reopened > 0))
    .filter((one) => before === null || one.id < before);
}

const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.oneof(fc.constant(null), fc.constant(null), one);

const FILTER: fc.Arbitrary<CaseFilter> = fc.record({
  desk: fc.option(fc.integer({ min: 1, max: 3 }).map(deskId)),
  vault: fc.option(fc.constantFrom(A, B, vaultId('none'))),
  receipt: orNull(fc.nat({ max: 8 }).map(receiptId)),
  state: orNull(fc.constantFrom('hold' as const, 'clear' as const)),
  assigned: orNull(fc.nat({ max: 4 }).map(reviewerId)),
  decidedBeforeProof: fc.nat({ max: 3 }).map((n) => n === 0),
  reopened: fc.nat({ max: 3 }).map((n) => n === 0),
  before: orNull(fc.nat({ max: COUNT }).map(caseId)),
  limit: fc.integer({ min: 1, max: 8 }),
});

/** What the face promises of the review queue. */
export function cases(subject: Subject): void {
  const conflict = async (commit: Commit): Promise<unknown> => {
    const error: unknown = await subject.store.commit(commit).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreConflict);
    return error;
  };

  it('has desks, each of its own name', async () => {
    const store = (): Subject['store']['cases'] => subject.store.cases;
    const desks = [
      { id: deskId(2), name: 'claims', createdAt: NOW },
      { id: deskId(1), name: 'returns', createdAt: NOW + 1 },
    ];
    for (const desk of desks.toReversed()) expect(await store().addDesk(desk)).toBe(true);
    expect(await store().addDesk({ id: deskId(3), name: 'claims', createdAt: NOW })).toBe(false);
    await subject.reopen();
    expect(await store().desks()).toEqual(desks);
  });

  it('has reviewers of a desk, who are removed once and whose names are not used twice', async () => {
    const store = (): Subject['store']['cases'] => subject.store.cases;
    for (const n of [2, 1]) expect(await store().addReviewer(reviewer(n))).toBe(true);
    expect(await store().addReviewer(reviewer(3, { name: 'reviewer 1' }))).toBe(false);
    expect(await store().addReviewer(reviewer(3, { name: 'reviewer 1', desk: deskId(2) }))).toBe(true);
    expect(await store().removeReviewer(reviewerId(1), NOW + 9)).toBe(true);
    expect(await store().removeReviewer(reviewerId(1), NOW + 10)).toBe(false);
    expect(await store().removeReviewer(reviewerId(9), NOW)).toBe(false);
    expect(await store().addReviewer(reviewer(4, { name: 'reviewer 1' }))).toBe(false);
    await subject.reopen();
    const gone = reviewer(1, { removedAt: NOW + 9 });
    expect(await store().reviewers(deskId(1))).toEqual([gone, reviewer(2)]);
    expect(await store().reviewer(reviewerId(1))).toEqual(gone);
    expect(await store().reviewer(reviewerId(9))).toBeNull();
    expect(await store().reviewers(deskId(9))).toEqual([]);
  });

  it('has cases with what happened to them, as a commit brought them', async () => {
    const clear = sample(1, {
      state: 'clear',
      assigned: reviewerId(1),
      decidedBeforeProof: true,
      reopened: 1,
      revision: 2,
      sealed: hash('x'),
    });
    await subject.store.commit({
      ...commitOf(opening(sample(1), [event(1, 0)]), opening(sample(2, { vault: B }), [event(2, 0)])),
      log: logChange(0, 2),
    });
    await subject.store.commit(commitOf(moving(clear, [event(1, 1), event(1, 2)])));
    await subject.reopen();
    const store = subject.store.cases;
    expect(await store.case(caseId(1))).toEqual(clear);
    expect(await store.events(caseId(1))).toEqual([event(1, 0), event(1, 1), event(1, 2)]);
    expect(await store.case(caseId(2))).toEqual(sample(2, { vault: B }));
    expect(await store.case(caseId(3))).toBeNull();
    expect(await store.events(caseId(3))).toEqual([]);
  });

  it('changes a case on the revision that the change was built on, or nothing at all', async () => {
    await subject.store.commit({ ...commitOf(opening(sample(1)), opening(sample(2))), vaults: [change(A, null, 0)], log: logChange(0, 1) });
    await subject.store.commit(commitOf(moving(sample(1, { revision: 2 }), [event(1, 1)])));
    const late = moving(sample(1, { revision: 2, state: 'clear' }), [event(1, 1)]);
    const beside = moving(sample(2, { revision: 2, state: 'clear' }), [event(2, 1)]);
    const whole = { ...commitOf(beside, late), vaults: [change(A, 0, 1)], log: logChange(1, 2) };
    expect(await conflict(whole)).toMatchObject({ vaults: [], log: false, cases: [caseId(1)] });
    expect(await conflict(commitOf(opening(sample(1)), moving(sample(9, { revision: 4 })), beside))).toMatchObject({
      cases: [caseId(1), caseId(9)],
    });
    await subject.reopen();
    const store = subject.store.cases;
    expect([await store.case(caseId(1)), await store.case(caseId(2))]).toEqual([sample(1, { revision: 2 }), sample(2)]);
    expect([await store.events(caseId(1)), await store.events(caseId(2)), await store.case(caseId(9))]).toEqual([[event(1, 1)], [], null]);
    expect(await subject.store.head(A)).toEqual(headAt(A, 0));
    expect((await subject.store.log())?.size).toBe(1);
  });

  it('applies several changes of one case in one commit, each on top of the one before', async () => {
    const [two, three] = [sample(1, { revision: 2 }), sample(1, { revision: 3, state: 'clear' })];
    await subject.store.commit(commitOf(opening(sample(1), [event(1, 0)]), moving(two, [event(1, 1)]), moving(three, [event(1, 2)])));
    expect(await subject.store.cases.case(caseId(1))).toEqual(three);
    expect(await subject.store.cases.events(caseId(1))).toHaveLength(3);
    const [four, again] = [sample(1, { revision: 4 }), sample(1, { revision: 4, state: 'clear' })];
    expect(await conflict(commitOf(moving(four), moving(again)))).toMatchObject({ cases: [caseId(1)] });
    expect(await subject.store.cases.case(caseId(1))).toEqual(three);
  });

  it('keeps what a case is over, whose, and since when', async () => {
    await subject.store.commit(commitOf(opening(sample(1))));
    await subject.store.commit(
      commitOf(moving(sample(1, { revision: 2, desk: deskId(2), vault: B, receipt: receiptId(99), openedAt: 1 }))),
    );
    expect(await subject.store.cases.case(caseId(1))).toEqual(sample(1, { revision: 2 }));
  });

  it('finds every case over a receipt', async () => {
    await subject.store.commit(commitOf(...CASES.map((one) => opening(one))));
    const over = CASES.filter(({ vault, receipt }) => vault === A && receipt === receiptId(2)).toReversed();
    expect(over.length).toBeGreaterThan(2);
    expect(await subject.store.cases.overReceipt(A, receiptId(2))).toEqual(over);
    expect(await subject.store.cases.overReceipt(vaultId('none'), receiptId(2))).toEqual([]);
  });

  it('lists cases newest first, by every filter and all of them together', async () => {
    await subject.store.commit(commitOf(...CASES.map((one) => opening(one))));
    const found = { some: 0, more: 0, none: 0 };
    await fc.assert(
      fc.asyncProperty(FILTER, async (filter) => {
        const { cases: page, next } = await subject.store.cases.page(filter);
        const all = expected(filter);
        expect(page).toEqual(all.slice(0, filter.limit));
        expect(next === null || all.length >= filter.limit).toBe(true);
        if (next === null) expect(page).toHaveLength(all.length);
        found[page.length === 0 ? 'none' : next === null ? 'some' : 'more'] += 1;
      }),
      { numRuns: 600 },
    );
    expect(Math.min(found.some, found.more, found.none)).toBeGreaterThan(20);
    expect((await subject.store.cases.page({ ...ALL_CASES, desk: deskId(1) })).cases).toHaveLength(COUNT / 2);
  });

  it('gives pages that join up to the whole, short ones and all', async () => {
    const many = Array.from({ length: 3000 }, (_, n) =>
      sample(n, { state: n < 2 ? 'clear' : 'hold', reopened: n % 2, assigned: n % 2 === 0 ? reviewerId(1) : null }),
    );
    for (const start of [0, 1000, 2000])
      await subject.store.commit(commitOf(...many.slice(start, start + 1000).map((one) => opening(one))));
    const walked = async (filter: CaseFilter): Promise<[found: number, pages: number]> => {
      const ids = new Set<string>();
      let pages = 0;
      for (let before: string | null = null; pages === 0 || before !== null; pages += 1) {
        const page = await subject.store.cases.page({ ...filter, before, limit: 50 });
        expect(page.next === null || before === null || page.next < before).toBe(true);
        for (const { id } of page.cases) ids.add(id);
        before = page.next;
      }
      return [ids.size, pages];
    };
    expect(await walked({ ...ALL_CASES, desk: deskId(1) })).toEqual([3000, 60]);
    expect((await walked({ ...ALL_CASES, vault: A, state: 'clear' }))[0]).toBe(2);
    const [none, pages] = await walked({ ...ALL_CASES, desk: deskId(1), reopened: true, assigned: reviewerId(1) });
    expect([none, pages > 1]).toEqual([0, true]);
  });

  it('counts over all desks', async () => {
    expect(await subject.store.cases.counts()).toEqual({ hold: 0, clear: 0, reopened: 0, decidedBeforeProof: 0 });
    await subject.store.commit(commitOf(...CASES.map((one) => opening(one))));
    const count = (holds: (one: StoredCase) => boolean): number => CASES.filter(holds).length;
    expect(await subject.store.cases.counts()).toEqual({
      hold: count(({ state }) => state === 'hold'),
      clear: count(({ state }) => state === 'clear'),
      reopened: count(({ reopened }) => reopened > 0),
      decidedBeforeProof: count(({ decidedBeforeProof }) => decidedBeforeProof),
    });
  });

  it.each([1, 3, 100])('say nothing of a vault that is erased, %i at a time; that they were, and when, remains', async (most) => {
    const of = (n: number, vault: string) => opening(sample(n, { vault, revision: 2 }), [event(n, 0), event(n, 1)]);
    for (const vault of [A, B]) await subject.store.commit({ vaults: [change(vault, null, 0)], log: null });
    await subject.store.commit(commitOf(of(1, A), of(2, A), of(3, B)));
    let rounds = 1;
    while (await subject.store.erasing.vault(A, most)) rounds += 1;
    expect(rounds).toBeGreaterThan(most < 4 ? 1 : 0);
    await subject.reopen();
    const { store } = subject;
    const nothing = new Uint8Array(0);
    for (const n of [1, 2]) {
      expect(await store.cases.case(caseId(n))).toEqual(sample(n, { revision: 2, sealed: nothing }));
      expect(await store.cases.events(caseId(n))).toEqual([0, 1].map((number) => ({ ...event(n, number), sealed: nothing })));
    }
    expect(await store.cases.case(caseId(3))).toEqual(sample(3, { vault: B, revision: 2 }));
    expect(await store.cases.events(caseId(3))).toEqual([event(3, 0), event(3, 1)]);
  });
}
