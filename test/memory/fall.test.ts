import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import type { Tier } from '../../schemas/vocabulary.ts';
import { causeOfFall } from '../../src/memory/fall.ts';
import { effectiveTier, type RowView, type Surroundings } from '../../src/memory/lineage.ts';
import { grantId, makeValidation, makeView, memoryId, NOON } from './build.ts';

const DAY = 86_400_000;
const [A, B, C] = [memoryId(1), memoryId(2), memoryId(3)];
const contests = [{ grantId: grantId(2), seq: 9, at: NOON, reason: 'doubt' as const }];

function around(views: readonly RowView[]): Surroundings {
  const byId = new Map(views.map((view) => [view.state.id, view]));
  return { state: (id) => byId.get(id)?.state, view: (id) => byId.get(id), isOpen: () => true };
}

function cause(views: readonly RowView[], id: string, tier: Tier, now = NOON + DAY) {
  const view = views.find(({ state }) => state.id === id);
  if (view === undefined) throw new Error('one of them');
  expect(effectiveTier(view, around(views), DEFAULT_POLICY, now).tier).toBe(tier);
  const { reason, source } = causeOfFall(view, tier, around(views), DEFAULT_POLICY, now);
  return [reason, source];
}

describe('why a row stands as low as it does', () => {
  it('is its own age, doubt or end where that suffices, whatever its sources are', () => {
    const ended = makeView(A, { retractedSeq: 3 });
    expect(cause([ended, makeView(B, { retractedSeq: 4 }, { derivedFrom: [A] })], B, 'dormant')).toEqual(['aged', null]);
    expect(cause([makeView(B, { contests })], B, 'background')).toEqual(['aged', null]);
  });

  it.each([
    ['source_retracted', { retractedSeq: 3 }, 'dormant'],
    ['source_superseded', { supersededBy: { id: C, seq: 3, at: NOON } }, 'dormant'],
    ['source_erased', { erased: { seq: 3, at: NOON } }, 'dormant'],
    ['source_contested', { contests }, 'background'],
  ] as const)('is %s where a source is, near or far', (reason, state, tier) => {
    const rows = [makeView(A, state), makeView(B, {}, { derivedFrom: [A] }), makeView(C, {}, { derivedFrom: [B] })];
    expect(cause(rows, B, tier)).toEqual([reason, A]);
    expect(cause(rows, C, tier)).toEqual([reason, A]);
  });

  it('is the nearest source that explains it, not one that only explains less', () => {
    const rows = [makeView(A, { retractedSeq: 3 }), makeView(B, { contests }, { derivedFrom: [A] }), makeView(C, {}, { derivedFrom: [B] })];
    expect(cause(rows, C, 'dormant')).toEqual(['source_retracted', A]);
  });

  it('is a source’s age where the row has its times from it', () => {
    const rows = [makeView(A), makeView(B, {}, { derivedFrom: [A], basisReason: 'source' })];
    expect(cause(rows, B, 'background', NOON + 200 * DAY)).toEqual(['source_demoted', A]);
  });

  it('is an end that came after the row was confirmed', () => {
    const rows = [makeView(A, { retractedSeq: 8 }), makeView(B, { validation: makeValidation({ seq: 5 }) }, { derivedFrom: [A] })];
    expect(cause(rows, B, 'dormant')).toEqual(['source_retracted', A]);
  });

  it('is found in a circle, as only a forged vault has', () => {
    const rows = [makeView(A, {}, { derivedFrom: [B] }), makeView(B, { retractedSeq: 2 }, { derivedFrom: [A] })];
    expect(cause(rows, A, 'dormant')).toEqual(['source_retracted', B]);
  });
});
