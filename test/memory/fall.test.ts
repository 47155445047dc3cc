import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import type { Tier } from '../../schemas/vocabulary.ts';
import { causeOfFall, type KnownCauses } from '../../src/memory/fall.ts';
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

/** Rows each of which may derive from those before it; some are ended or doubted. */
const families = fc
  .array(
    fc.record({
      sources: fc.uniqueArray(fc.nat(11), { maxLength: 3 }),
      end: fc.constantFrom('none', 'none', 'none', 'retracted', 'doubted'),
    }),
    { minLength: 2, maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ sources, end }, i) =>
      makeView(memoryId(i + 1), end === 'retracted' ? { retractedSeq: 3 } : end === 'doubted' ? { contests } : {}, {
        derivedFrom: sources.filter((source) => source < i).map((source) => memoryId(source + 1)),
      }),
    ),
  );

it('is found as by going up step by step from each row, with what is known of one row used for the next', () => {
  fc.assert(
    fc.property(families, fc.constantFrom<Tier>('background', 'dormant'), (views, tier) => {
      const known: KnownCauses = new Map();
      const byId = new Map(views.map((view) => [view.state.id, view]));
      for (const view of views) {
        if (view.state.retractedSeq !== null || (tier === 'background' && view.state.contests.length > 0)) continue;
        let layer = [...view.header.derivedFrom];
        let expected: string | null = null;
        while (layer.length > 0 && expected === null) {
          const rows = layer.flatMap((id) => byId.get(id) ?? []);
          const ends = rows.find(({ state }) => state.retractedSeq !== null || (tier === 'background' && state.contests.length > 0));
          expected = ends?.state.id ?? null;
          layer = rows.flatMap(({ header }) => header.derivedFrom);
        }
        const { source } = causeOfFall(view, tier, around(views), DEFAULT_POLICY, NOON + DAY, known);
        expect(source).toBe(expected);
      }
    }),
  );
});

it('is worked out once for all the rows of a long line', () => {
  const line = Array.from({ length: 500 }, (_, i) =>
    makeView(memoryId(i + 1), i === 0 ? { retractedSeq: 3 } : {}, { derivedFrom: i === 0 ? [] : [memoryId(i)] }),
  );
  const there = around(line);
  const known: KnownCauses = new Map();
  let looks = 0;
  const counted: Surroundings = {
    ...there,
    view: (id) => {
      looks += 1;
      return there.view(id);
    },
  };
  for (const view of line.slice(1)) {
    expect(causeOfFall(view, 'dormant', counted, DEFAULT_POLICY, NOON + DAY, known).source).toBe(memoryId(1));
  }
  expect(looks).toBeLessThan(4 * line.length);
});
