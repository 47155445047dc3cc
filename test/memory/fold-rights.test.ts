import { describe, expect, it } from 'vitest';
import { epochAt, currentEpoch, standingOf } from '../../src/memory/state.ts';
import { collectionId, grantId, NOON, sha } from './build.ts';
import { A, apply, B, by, confirm, contested, edited, leafOf, made, own, remembered, rowOf, vaultWith } from './folding.ts';
import { BODIES, newVault } from './owner.ts';

const job = { at: NOON, job: 'restore' };
const named = (row: string) => ({ row, version: 1, commitment: sha(11) });

describe('the owner replaces', () => {
  it('a row by another: the old one is superseded, the new one stands', () => {
    const state = vaultWith(remembered(B));
    own(state, 'superseded', { pairs: [{ replaced: named(A), by: named(B) }] }, { seq: 20, at: NOON + 5 });
    expect(rowOf(state).supersededBy).toEqual({ id: B, seq: 20, at: NOON + 5 });
    expect([standingOf(rowOf(state)), standingOf(rowOf(state, B))]).toEqual(['superseded', 'live']);
  });

  it('rows by one that is remembered in the same event', () => {
    const state = vaultWith();
    own(state, 'remembered', { ...made(B), supersedes: [named(A)] }, { seq: 20 });
    expect(rowOf(state).supersededBy).toEqual({ id: B, seq: 20, at: NOON });
  });
});

describe('the owner dismisses', () => {
  const doubted = () => {
    const state = vaultWith(remembered(B));
    apply(state, { ...contested(A), grant: grantId(1) }, 3);
    apply(state, { ...contested(A), grant: grantId(2) }, 4);
    apply(state, { ...contested(B), grant: grantId(1) }, 5);
    state.headSeq = 5;
    return state;
  };
  const doubts = (state: ReturnType<typeof doubted>) => [A, B].map((row) => rowOf(state, row).contests.map(({ seq }) => seq));

  it('all of one grant’s doubts at once, and nobody else’s', () => {
    const state = doubted();
    own(state, 'dismissed', { grant: grantId(1), rows: [] });
    expect(doubts(state)).toEqual([[4], []]);
    expect([standingOf(rowOf(state)), standingOf(rowOf(state, B))]).toEqual(['contested', 'live']);
  });

  it('every doubt about the rows named, or one grant’s about those', () => {
    const whole = doubted();
    own(whole, 'dismissed', { grant: null, rows: [A] });
    expect(doubts(whole)).toEqual([[], [5]]);
    const one = doubted();
    own(one, 'dismissed', { grant: grantId(2), rows: [A] });
    expect(doubts(one)).toEqual([[3], [5]]);
  });

  it('only what had been raised by the head that was seen', () => {
    const state = doubted();
    state.headSeq = 3;
    own(state, 'dismissed', { grant: grantId(1), rows: [] });
    expect(doubts(state)).toEqual([[4], [5]]);
  });
});

describe('a retracted row', () => {
  it('comes back unvalidated, with its doubts, and no fresher', () => {
    const state = vaultWith(contested());
    confirm(state, [leafOf(A, 1)]);
    apply(state, contested(), 30);
    own(state, 'retracted', { rows: [named(A)] });
    expect([standingOf(rowOf(state)), rowOf(state).validation]).toEqual(['retracted', null]);
    own(state, 'reinstated', { rows: [named(A)] });
    expect([standingOf(rowOf(state)), rowOf(state).validation]).toEqual(['contested', null]);
  });

  it('so does a superseded one', () => {
    const state = vaultWith(remembered(B), { ...by, kind: 'superseded', row: A, by: B });
    own(state, 'reinstated', { rows: [named(A)] });
    expect([standingOf(rowOf(state)), rowOf(state).supersededBy]).toEqual(['live', null]);
  });
});

describe('erased', () => {
  it('rows stay known, stand as erased whatever came before or comes after, and are never confirmed again', () => {
    const state = vaultWith(contested(), remembered(B));
    confirm(state, [leafOf(A, 1)]);
    own(state, 'erased', { scope: 'rows', rows: [A] }, { seq: 40 });
    confirm(state, [leafOf(A, 1)], { seq: 41 });
    expect(rowOf(state)).toMatchObject({ erased: { seq: 40, at: NOON }, validation: null, contests: [] });
    expect([standingOf(rowOf(state)), standingOf(rowOf(state, B))]).toEqual(['erased', 'live']);
  });

  it('a collection goes with all its rows, and no other', () => {
    const state = vaultWith({ ...by, kind: 'remembered', ...made(B), collection: collectionId(2) });
    own(state, 'erased', { scope: 'collection', collection: collectionId(2) }, { seq: 40 });
    expect([standingOf(rowOf(state)), standingOf(rowOf(state, B))]).toEqual(['live', 'erased']);
    expect([1, 2].map((n) => state.collections.get(collectionId(n))?.erased?.seq ?? null)).toEqual([null, 40]);
  });

  it('a vault goes with everything, every grant included', () => {
    const state = vaultWith(remembered(B));
    own(state, 'granted');
    own(state, 'erased', { scope: 'vault' }, { seq: 40, at: NOON + 9 });
    expect(state.erased).toEqual({ seq: 40, at: NOON + 9 });
    expect([...state.rows.values()].map(standingOf)).toEqual(['erased', 'erased']);
    expect(state.grants.get(grantId(1))?.revokedAt).toBe(NOON + 9);
  });

  it('again by a job, after a restore, counts the same', () => {
    const state = vaultWith(remembered(B));
    apply(state, { ...job, kind: 'erased', rows: [B], event: sha(1) }, 9);
    expect([standingOf(rowOf(state)), standingOf(rowOf(state, B))]).toEqual(['live', 'erased']);
  });
});

describe('a rotation', () => {
  it('cuts grants off, and gives a collection and the grants that remain a new key, all at once', () => {
    const state = newVault();
    own(state, 'granted', undefined, { seq: 2 });
    own(state, 'granted', { ...BODIES.granted, grant: grantId(2) }, { seq: 3 });
    const fresh = { collection: collectionId(1), epoch: 2, keyCommitment: sha(21), boxSha256: sha(22) };
    const boxes = [{ ...fresh, boxSha256: sha(23) }];
    const body = {
      revoked: [grantId(1)],
      collections: [{ ...fresh, sealedPrevious: 'AA==' }],
      grants: [{ grant: grantId(2), boxes }],
    };
    own(state, 'rotated', body, { seq: 7, at: NOON + 3 });
    const collection = state.collections.get(collectionId(1));
    if (collection === undefined) throw new Error('the collection is there');
    expect(currentEpoch(collection)).toMatchObject({ epoch: 2, seq: 7, keyCommitment: sha(21) });
    expect([0, 6, 7, 8].map((seq) => epochAt(collection, seq))).toEqual([1, 1, 2, 2]);
    expect([1, 2].map((n) => state.grants.get(grantId(n))?.revokedAt)).toEqual([NOON + 3, null]);
    expect(state.grants.get(grantId(2))?.boxes.filter((box) => box.collection === collectionId(1))).toEqual(boxes);
    const others = BODIES.granted.boxes.filter((box) => box.collection !== collectionId(1));
    expect(state.grants.get(grantId(2))?.boxes).toHaveLength(others.length + 1);
  });
});

describe('a restore', () => {
  it('holds down every row that was there until the owner confirms or reinstates it', () => {
    const state = vaultWith(remembered(B));
    apply(state, { ...job, kind: 'restored', lostTo: 12 }, 9);
    expect([rowOf(state).restoredSeq, rowOf(state, B).restoredSeq]).toEqual([9, 9]);
    confirm(state, [leafOf(A, 1)]);
    own(state, 'reinstated', { rows: [named(B)] });
    expect([rowOf(state).restoredSeq, rowOf(state, B).restoredSeq]).toEqual([null, null]);
  });

  it('is not undone by a policy, an edit or a new sighting', () => {
    const state = vaultWith();
    apply(state, { ...job, kind: 'restored', lostTo: 12 }, 9);
    own(state, 'policy_set');
    apply(state, edited(), 10);
    apply(state, { ...by, kind: 'sighted', row: A }, 11);
    expect(rowOf(state).restoredSeq).toBe(9);
  });
});

it('a demotion that comes of a source tells why, and leaves the tier to be computed from the source', () => {
  const state = vaultWith();
  const fell = { ...job, kind: 'demoted' as const, row: A, version: 1, from: 'active' as const, to: 'dormant' as const };
  apply(state, { ...fell, reason: 'source_retracted', source: B }, 3);
  expect(rowOf(state).ledgerTier).toBe('active');
  apply(state, { ...fell, reason: 'aged', source: null }, 4);
  expect(rowOf(state).ledgerTier).toBe('dormant');
});

it('an app’s word that a row still holds is noted for that version, and moves nothing else', () => {
  const state = vaultWith();
  const before = { ...rowOf(state) };
  apply(state, { ...by, at: NOON + 7, kind: 'app_confirmed', row: A, version: 1 }, 3);
  expect(rowOf(state)).toEqual({ ...before, appConfirmedAt: NOON + 7 });
  apply(state, edited(), 4);
  expect(rowOf(state).appConfirmedAt).toBeNull();
  apply(state, { ...by, kind: 'app_confirmed', row: A, version: 1 }, 5);
  expect(rowOf(state).appConfirmedAt).toBeNull();
});
