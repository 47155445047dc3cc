import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { TIERS } from '../../schemas/vocabulary.ts';
import { hex } from '../../src/core/bytes.ts';
import type { GrantEvent } from '../../src/memory/event.ts';
import { advanceHead, foldGrantEvent, foldJobEvent } from '../../src/memory/fold.ts';
import { policySha256 } from '../../src/memory/policy.ts';
import { currentVersion, standingOf } from '../../src/memory/state.ts';
import { collectionId, DAY, grantId, NOON, sha } from './build.ts';
import { A, apply, B, by, confirm, contested, demoted, edited, leafOf, made, own, remembered, rowOf, vaultWith } from './folding.ts';
import { newVault, ownerKeys } from './owner.ts';

const broken = expect.objectContaining({ code: 'ledger_broken' });

describe('a vault of nothing but its genesis', () => {
  it('has the genesis’s keys, the built-in policy, and the owner’s chain at its beginning', () => {
    const state = newVault();
    expect(state).toMatchObject({ ownerSeq: 0, ownerHead: state.vault, headSeq: 0, lastAt: NOON });
    expect(hex(state.ownerKey)).toBe(hex(ownerKeys.signing.publicKey));
    expect(hex(state.ownerBoxKey)).toBe(hex(ownerKeys.box.publicKey));
    expect(state.policy).toEqual({ policy: DEFAULT_POLICY, sha256: policySha256(DEFAULT_POLICY), seq: null });
    expect([...state.ownerHashes]).toEqual([state.vault]);
  });

  it('moves its head on, and its time never back', () => {
    const state = newVault();
    advanceHead(state, new Uint8Array(32).fill(1), NOON + 5);
    advanceHead(state, new Uint8Array(32).fill(2), NOON - DAY);
    expect(state).toMatchObject({ headSeq: 2, lastAt: NOON + 5, headHash: new Uint8Array(32).fill(2) });
  });
});

describe('a grant’s event', () => {
  it('remembered adds a row, live and unvalidated, stamped with who and when', () => {
    const row = rowOf(vaultWith());
    expect(row).toMatchObject({ id: A, collection: collectionId(1), ledgerTier: 'active', sightings: 0, validation: null });
    expect(row.versions).toEqual([{ version: 1, commitment: sha(11), content: sha(21), seq: 1, at: NOON, grantId: grantId(1) }]);
    expect(standingOf(row)).toBe('live');
  });

  it('edited adds a version, unvalidated, and lets tier and doubts stand', () => {
    const state = vaultWith(contested(), demoted('background'));
    confirm(state, [leafOf(A, 1)]);
    for (const event of [contested(), demoted('dormant'), edited()]) apply(state, event, 60);
    const row = rowOf(state);
    expect(currentVersion(row)).toMatchObject({ version: 2, commitment: sha(12), seq: 60 });
    expect(row.validation).toBeNull();
    expect(row.ledgerTier).toBe('dormant');
    expect(row.contests).toHaveLength(1);
  });

  it('counts until its grant is revoked, and not after', () => {
    const state = newVault();
    own(state, 'granted');
    apply(state, remembered(), 51);
    own(state, 'revoked');
    expect(() => apply(state, edited(), 53)).toThrow(broken);
    expect(() => apply(state, { ...by, kind: 'sighted', row: A }, 53)).toThrow(broken);
    expect(() => apply(state, { ...by, grant: grantId(2), kind: 'sighted', row: A }, 53)).not.toThrow();
  });

  it('sighted counts, and changes nothing else', () => {
    const [before, after] = [rowOf(vaultWith()), rowOf(vaultWith({ ...by, at: NOON + DAY, kind: 'sighted', row: A }))];
    expect(after).toEqual({ ...before, sightings: 1 });
  });

  it('contested puts a doubt on the row', () => {
    const row = rowOf(vaultWith(contested()));
    expect(row.contests).toEqual([{ grantId: grantId(1), seq: 2, at: NOON, reason: 'edit' }]);
    expect(standingOf(row)).toBe('contested');
  });

  it('superseded ends it in favour of another', () => {
    const state = vaultWith(remembered(B), { ...by, kind: 'superseded', row: A, by: B });
    expect(rowOf(state).supersededBy).toEqual({ id: B, seq: 3, at: NOON });
    expect([standingOf(rowOf(state)), standingOf(rowOf(state, B))]).toEqual(['superseded', 'live']);
  });

  it.each<[string, GrantEvent]>([
    ['a row remembered twice', remembered()],
    ['a row that begins with version 2', { ...by, kind: 'remembered', ...made(B, 2) }],
    ['a row in no collection', { ...by, kind: 'remembered', ...made(B), collection: collectionId(9) }],
    ['an edit that skips a version', edited(3)],
    ['an edit of the same version', edited(1)],
    ['an edit into another collection', { ...by, kind: 'edited', ...made(A, 2), collection: collectionId(2) }],
    ['an edit of no row', edited(2, B)],
    ['a sighting of no row', { ...by, kind: 'sighted', row: B }],
    ['a contest of no row', contested(B)],
    ['an end of no row', { ...by, kind: 'superseded', row: B, by: A }],
  ])('of %s breaks the ledger', (_what, event) => {
    const state = vaultWith();
    expect(() => foldGrantEvent(state, event, 2)).toThrow(broken);
    expect(() => foldGrantEvent(state, edited(), 2)).not.toThrow();
  });
});

describe('a job’s event', () => {
  it('can only lower', () => {
    for (const from of TIERS) {
      for (const to of TIERS) {
        const row = rowOf(vaultWith(demoted(from), demoted(to)));
        expect(row.ledgerTier).toBe(TIERS[Math.max(TIERS.indexOf(from), TIERS.indexOf(to))]);
      }
    }
  });

  it('touches nothing but the tier', () => {
    expect(rowOf(vaultWith(demoted('dormant')))).toEqual({ ...rowOf(vaultWith()), ledgerTier: 'dormant' });
  });

  it('for a version that is no longer current does nothing', () => {
    expect(rowOf(vaultWith(edited(), demoted('dormant', 1))).ledgerTier).toBe('active');
    expect(rowOf(vaultWith(edited(), demoted('dormant', 2))).ledgerTier).toBe('dormant');
  });

  it('for no row breaks the ledger', () => {
    expect(() => foldJobEvent(newVault(), demoted('dormant'), 1)).toThrow(broken);
  });
});

describe('any order of unsigned events', () => {
  const unsigned = fc.array(
    fc.oneof(
      fc.constant('edited' as const),
      fc.constantFrom<GrantEvent>({ ...by, kind: 'sighted', row: A }, contested(), { ...by, kind: 'superseded', row: A, by: A }),
      fc.record({ to: fc.constantFrom(...TIERS), version: fc.integer({ min: 1, max: 4 }) }),
    ),
    { maxLength: 12 },
  );

  it('never validates, never lifts a tier, never answers a doubt, never moves a version’s time', () => {
    fc.assert(
      fc.property(unsigned, fc.boolean(), (events, confirmed) => {
        const state = vaultWith();
        if (confirmed) confirm(state, [leafOf(A, 1)]);
        events.forEach((event, i) => {
          const before = structuredClone(rowOf(state));
          const next = currentVersion(before).version + 1;
          apply(state, event === 'edited' ? edited(next) : 'to' in event ? demoted(event.to, event.version) : event, 60 + i);
          const after = rowOf(state);
          expect(after.validation === null || event !== 'edited').toBe(true);
          if (after.validation !== null) expect(after.validation).toEqual(before.validation);
          expect(TIERS.indexOf(after.ledgerTier)).toBeGreaterThanOrEqual(TIERS.indexOf(before.ledgerTier));
          expect(after.contests.slice(0, before.contests.length)).toEqual(before.contests);
          expect(after.versions.slice(0, before.versions.length)).toEqual(before.versions);
          if (before.supersededBy !== null) expect(after.supersededBy).not.toBeNull();
        });
      }),
      { numRuns: 300 },
    );
  });
});
