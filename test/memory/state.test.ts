import { describe, expect, it } from 'vitest';
import { currentVersion, standingOf, vaultCollection } from '../../src/memory/state.ts';
import { collectionId, grantId, makeRowState, memoryId, NOON, sha } from './build.ts';
import { newVault } from './owner.ts';

const contests = [{ grantId: grantId(2), seq: 3, at: NOON, reason: 'edit' as const }];

describe('a row', () => {
  it('stands as retracted over superseded over contested over live', () => {
    const ends = { retractedSeq: 5, supersededBy: { id: memoryId(2), seq: 4, at: NOON }, contests };
    expect(standingOf(makeRowState(memoryId(1), ends))).toBe('retracted');
    expect(standingOf(makeRowState(memoryId(1), { ...ends, retractedSeq: null }))).toBe('superseded');
    expect(standingOf(makeRowState(memoryId(1), { contests }))).toBe('contested');
    expect(standingOf(makeRowState(memoryId(1)))).toBe('live');
    expect(standingOf(makeRowState(memoryId(1), { retractedSeq: 0 }))).toBe('retracted');
  });

  it('counts by its last version', () => {
    const [first] = makeRowState(memoryId(1)).versions;
    if (first === undefined) throw new Error('a made row has a version');
    const second = { ...first, version: 2, commitment: sha(9) };
    expect(currentVersion(makeRowState(memoryId(1), { versions: [first, second] }))).toBe(second);
    expect(() => currentVersion(makeRowState(memoryId(1), { versions: [] }))).toThrow(RangeError);
  });
});

it('a vault’s own collection is told by its purpose', () => {
  const state = newVault();
  expect(vaultCollection(state)).toBeNull();
  const own = { id: collectionId(3), purpose: 'vault' as const, sealedName: '', epochs: [], erased: null };
  state.collections.set(own.id, own);
  expect(vaultCollection(state)).toBe(own);
});
