import { describe, expect, it } from 'vitest';
import type { OwnerEventPayload } from '../../schemas/owner-event.ts';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { hex } from '../../src/core/bytes.ts';
import { policySha256 } from '../../src/memory/policy.ts';
import { currentVersion, standingOf, type VaultState } from '../../src/memory/state.ts';
import { validationLeafHash } from '../../src/memory/validation.ts';
import { collectionId, DAY, grantId, NOON, sha } from './build.ts';
import { A, apply, B, confirm, contested, demoted, edited, leafOf, own, remembered, rowOf, vaultWith } from './folding.ts';
import { BODIES, newVault } from './owner.ts';

const broken = expect.objectContaining({ code: 'ledger_broken' });

describe('the owner’s event', () => {
  it('moves the owner’s chain on', () => {
    const state = vaultWith();
    const hash = own(state, 'policy_set');
    expect(state).toMatchObject({ ownerSeq: 1, ownerHead: hash });
    expect(state.ownerHashes.has(hash)).toBe(true);
  });

  it('validated dates the row by the earlier of signed and appended, lifts the tier, and answers doubts', () => {
    const state = vaultWith(demoted('dormant'), contested());
    confirm(state, [leafOf(A, 1)], { signedAt: NOON - 5, at: NOON + 5, seq: 7 });
    expect(rowOf(state)).toMatchObject({
      validation: { at: NOON - 5, expiresAt: null, seq: 7, leaf: 0 },
      ledgerTier: 'active',
      contests: [],
    });
    confirm(state, [leafOf(A, 1, NOON + DAY)], { signedAt: NOON + 900, at: NOON + 8, seq: 9 });
    expect(rowOf(state).validation).toEqual({ at: NOON + 8, expiresAt: NOON + DAY, seq: 9, leaf: 0, seen: 3 });
  });

  it('validated counts for the version and the content that it names, and no other', () => {
    const state = vaultWith(edited(), remembered(B));
    confirm(state, [leafOf(A, 1), { ...leafOf(B, 1), commitment: sha(77) }]);
    expect([rowOf(state).validation, rowOf(state, B).validation]).toEqual([null, null]);
    confirm(state, [leafOf(B, 1), leafOf(A, 2)]);
    expect([rowOf(state).validation?.leaf, rowOf(state, B).validation?.leaf]).toEqual([1, 0]);
  });

  it('validated with other leaves than were signed is malformed', () => {
    const state = vaultWith();
    const root = hex(validationLeafHash(state.vault, leafOf(A, 1)));
    for (const leaves of [[], [leafOf(A, 1, NOON)], [leafOf(A, 1), leafOf(A, 1)]]) {
      expect(() => own(state, 'validated', { root, size: 1 }, { leaves })).toThrow(expect.objectContaining({ code: 'event_malformed' }));
    }
    expect(rowOf(state).validation).toBeNull();
  });

  it('validated does not bring back what was retracted', () => {
    const state = vaultWith();
    own(state, 'retracted');
    confirm(state, [leafOf(A, 1)]);
    expect(standingOf(rowOf(state))).toBe('retracted');
  });

  it('remembered and edited make versions of the owner’s, which nobody has validated either', () => {
    const state = newVault();
    own(state, 'remembered', undefined, { seq: 3 });
    expect(rowOf(state).versions).toEqual([{ version: 1, commitment: sha(1), content: sha(2), seq: 3, at: NOON, grantId: null }]);
    confirm(state, [{ ...leafOf(A, 1), commitment: sha(1) }]);
    apply(state, contested(), 4);
    own(state, 'edited', undefined, { seq: 5 });
    expect(rowOf(state)).toMatchObject({ validation: null, contests: [] });
    expect(currentVersion(rowOf(state))).toMatchObject({ version: 2, grantId: null, seq: 5 });
  });

  it('validated and edited leave the doubts that had not been seen', () => {
    for (const sign of [
      (state: VaultState) => confirm(state, [leafOf(A, 1)], { seq: 9 }),
      (state: VaultState) => void own(state, 'edited', undefined, { seq: 9 }),
    ]) {
      const state = vaultWith(contested(), { ...contested(), grant: grantId(2) });
      state.headSeq = 2;
      sign(state);
      expect(rowOf(state).contests.map(({ seq }) => seq)).toEqual([3]);
      expect(standingOf(rowOf(state))).toBe('contested');
    }
  });

  it('retracted ends the row, once', () => {
    const state = vaultWith();
    own(state, 'retracted', undefined, { seq: 8 });
    own(state, 'retracted', undefined, { seq: 9 });
    expect(rowOf(state).retractedSeq).toBe(8);
  });

  it('collection_added and granted put collection and grant in place', () => {
    const state = newVault();
    own(state, 'collection_added');
    own(state, 'granted', undefined, { seq: 12, at: NOON + 1 });
    expect(state.collections.get(collectionId(3))).toMatchObject({
      id: collectionId(3),
      purpose: 'rows',
      epochs: [{ epoch: 1, keyCommitment: sha(5), sealedPrevious: null }],
      erased: null,
    });
    expect(state.grants.get(grantId(1))).toEqual({
      body: BODIES.granted,
      seq: 12,
      at: NOON + 1,
      revokedAt: null,
      boxes: BODIES.granted.boxes,
    });
  });

  it('revoked ends a grant for good, at the first time', () => {
    const state = newVault();
    own(state, 'granted');
    own(state, 'revoked', undefined, { at: NOON + 1 });
    own(state, 'revoked', undefined, { at: NOON + 2 });
    expect(state.grants.get(grantId(1))?.revokedAt).toBe(NOON + 1);
  });

  it('policy_set takes effect at once, and takes back what jobs wrote under the one before', () => {
    const state = vaultWith(remembered(B), demoted('dormant'), demoted('background', 1, B));
    const policy = { ...DEFAULT_POLICY, version: 2 };
    own(state, 'policy_set', { policy }, { seq: 30 });
    expect(state.policy).toEqual({ policy, sha256: policySha256(policy), seq: 30 });
    expect([rowOf(state).ledgerTier, rowOf(state, B).ledgerTier]).toEqual(['active', 'active']);
    expect(rowOf(state).validation).toBeNull();
  });

  it.each<[OwnerEventPayload['kind'], string]>([
    ['revoked', 'no grant'],
    ['retracted', 'no row'],
    ['edited', 'no row'],
  ])('%s of %s breaks the ledger', (kind) => {
    expect(() => own(newVault(), kind)).toThrow(broken);
  });
});
