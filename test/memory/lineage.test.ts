import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { CATEGORIES, type Tier, TIERS } from '../../schemas/vocabulary.ts';
import { effectiveTier, type RowView, type Surroundings, wouldCycle } from '../../src/memory/lineage.ts';
import { worstTier } from '../../src/memory/tier.ts';
import { collectionId, DAY, grantId, makeRowState, makeValidation, makeView, memoryId, NOON, surround } from './build.ts';

const [A, B, C, D] = [1, 2, 3, 4].map(memoryId) as [string, string, string, string];
const contest = (seq: number) => ({ grantId: grantId(2), seq, at: NOON, reason: 'edit' as const });
const tierOf = (view: RowView, around: Surroundings, now = NOON + DAY): Tier => effectiveTier(view, around, DEFAULT_POLICY, now).tier;
const alone = (view: RowView, now = NOON + DAY): Tier => tierOf(view, surround([view]), now);
const worst = (...tiers: readonly Tier[]): Tier => tiers.reduce(worstTier, 'active');

describe('a row by itself', () => {
  it('stands as its times, the ledger and its standing allow, whichever is worst', () => {
    expect(alone(makeView(A))).toBe('active');
    expect(alone(makeView(A), NOON + 200 * DAY)).toBe('background');
    expect(alone(makeView(A), NOON + 400 * DAY)).toBe('dormant');
    for (const ledgerTier of TIERS) expect(alone(makeView(A, { ledgerTier }))).toBe(ledgerTier);
    expect(alone(makeView(A, { contests: [contest(3)] }))).toBe('background');
    expect(alone(makeView(A, { supersededBy: { id: B, seq: 3, at: NOON } }))).toBe('dormant');
    expect(alone(makeView(A, { retractedSeq: 3 }))).toBe('dormant');
    expect(alone(makeView(A, { contests: [contest(3)], validation: makeValidation() }))).toBe('background');
  });

  it('ages from its earliest version’s basis, which its own header cannot undercut', () => {
    const view = makeView(A);
    expect(alone({ ...view, basisAt: NOON - 300 * DAY })).toBe('background');
  });
});

describe('a row that derives from others', () => {
  const derived = (state = {}, header = {}) => makeView(B, state, { derivedFrom: [A], ...header });

  it('is never better than its sources: not by age, contest, retraction, supersession or demotion', () => {
    const old = { basisAt: NOON - 300 * DAY };
    const sources: [RowView, Tier][] = [
      [makeView(A), 'active'],
      [makeView(A, {}, old), 'background'],
      [makeView(A, { contests: [contest(3)] }), 'background'],
      [makeView(A, { ledgerTier: 'dormant' }), 'dormant'],
      [makeView(A, { retractedSeq: 3 }), 'dormant'],
      [makeView(A, { supersededBy: { id: C, seq: 3, at: NOON } }), 'dormant'],
    ];
    for (const [source, tier] of sources) expect(tierOf(derived(), surround([source, derived()]))).toBe(tier);
  });

  it('falls with what its sources derive from', () => {
    const chain = [
      makeView(A, { retractedSeq: 9 }),
      derived(),
      makeView(C, {}, { derivedFrom: [B] }),
      makeView(D, {}, { derivedFrom: [C] }),
    ];
    const around = surround(chain);
    expect(chain.map((view) => tierOf(view, around))).toEqual(['dormant', 'dormant', 'dormant', 'dormant']);
  });

  it('answers for itself once the owner stands behind it, as to what came before', () => {
    const confirmed = derived({ validation: makeValidation({ seq: 5 }) });
    for (const source of [
      makeView(A, {}, { basisAt: NOON - 900 * DAY }),
      makeView(A, { retractedSeq: 4 }),
      makeView(A, { supersededBy: { id: C, seq: 4, at: NOON } }),
      makeView(A, { contests: [contest(4)] }),
      makeView(A, { ledgerTier: 'dormant' }),
    ]) {
      expect(tierOf(confirmed, surround([source, confirmed]))).toBe('active');
    }
  });

  it('falls, though confirmed, with what happens to a source afterwards', () => {
    const confirmed = derived({ validation: makeValidation({ seq: 5 }) });
    expect(tierOf(confirmed, surround([makeView(A, { retractedSeq: 6 }), confirmed]))).toBe('dormant');
    expect(tierOf(confirmed, surround([makeView(A, { supersededBy: { id: C, seq: 6, at: NOON } }), confirmed]))).toBe('dormant');
    expect(tierOf(confirmed, surround([makeView(A, { contests: [contest(4), contest(6)] }), confirmed]))).toBe('background');
  });

  it('falls, though confirmed, with what happens afterwards to a source of a source', () => {
    const [middle, last] = [derived(), makeView(C, { validation: makeValidation({ seq: 5 }) }, { derivedFrom: [B] })];
    expect(tierOf(last, surround([makeView(A, { retractedSeq: 4 }), middle, last]))).toBe('active');
    expect(tierOf(last, surround([makeView(A, { retractedSeq: 6 }), middle, last]))).toBe('dormant');
    expect(tierOf(last, surround([makeView(A, { contests: [contest(6)] }), middle, last]))).toBe('background');
  });

  it('does not fall with what the owner has answered in between', () => {
    const middle = derived({ validation: makeValidation({ seq: 8 }) });
    const last = makeView(C, { validation: makeValidation({ seq: 5 }) }, { derivedFrom: [B] });
    expect(tierOf(last, surround([makeView(A, { retractedSeq: 6 }), middle, last]))).toBe('active');
    expect(tierOf(last, surround([makeView(A, { retractedSeq: 9 }), middle, last]))).toBe('dormant');
  });

  it('falls with a source on any way to it, however the owner has answered on another', () => {
    const answered = derived({ validation: makeValidation({ seq: 8 }) });
    const open = makeView(C, {}, { derivedFrom: [A] });
    const source = makeView(A, { retractedSeq: 6 });
    for (const derivedFrom of [
      [B, C],
      [C, B],
    ]) {
      const last = makeView(D, { validation: makeValidation({ seq: 5 }) }, { derivedFrom });
      expect(tierOf(last, surround([source, answered, open, last]))).toBe('dormant');
    }
  });

  it('is not confirmed against what its owner had not seen of its sources', () => {
    const source = makeView(A, { contests: [contest(4)] });
    const unseen = derived({ validation: makeValidation({ seq: 5, seen: 3 }) });
    const seen = derived({ validation: makeValidation({ seq: 5, seen: 4 }) });
    expect(tierOf(unseen, surround([source, unseen]))).toBe('background');
    expect(tierOf(seen, surround([source, seen]))).toBe('active');
  });

  it('is dormant where a source is unknown, or does not open though its key is there', () => {
    expect(tierOf(derived(), surround([derived()]))).toBe('dormant');
    expect(tierOf(derived(), surround([derived()], { damaged: [makeRowState(A)] }))).toBe('dormant');
    const confirmed = derived({ validation: makeValidation() });
    expect(tierOf(confirmed, surround([confirmed]))).toBe('dormant');
  });

  it('goes by the standing alone of a source whose key is not at hand', () => {
    const locked = (given: Parameters<typeof makeRowState>[1]) => [makeRowState(A, { collection: collectionId(2), ...given })];
    expect(tierOf(derived(), surround([derived()], { locked: locked({}) }))).toBe('active');
    expect(tierOf(derived(), surround([derived()], { locked: locked({ contests: [contest(3)] }) }))).toBe('background');
    expect(tierOf(derived(), surround([derived()], { locked: locked({ retractedSeq: 3 }) }))).toBe('dormant');
  });

  it('from itself, as only a forged vault has it, is dormant, and asking ends', () => {
    const circle = [makeView(A, {}, { derivedFrom: [B] }), makeView(B, {}, { derivedFrom: [C] }), makeView(C, {}, { derivedFrom: [A] })];
    expect(circle.map((view) => tierOf(view, surround(circle)))).toEqual(['dormant', 'dormant', 'dormant']);
    const own = makeView(A, {}, { derivedFrom: [A] });
    expect(alone(own)).toBe('dormant');
  });

  it('is looked into once, however many ways lead to it', () => {
    // Two rows a layer, each derived from both below: 2⁴⁰ ways lead from the top to the bottom.
    const layers = 40;
    const views = Array.from({ length: 2 * layers }, (_, i) =>
      makeView(memoryId(i), {}, { derivedFrom: i < 2 ? [] : [memoryId(2 * Math.floor(i / 2) - 2), memoryId(2 * Math.floor(i / 2) - 1)] }),
    );
    for (const validation of [null, makeValidation({ seq: 1 })]) {
      const top = makeView(memoryId(999), { validation }, { derivedFrom: [memoryId(2 * layers - 1), memoryId(2 * layers - 2)] });
      const around = surround([...views, top]);
      let asked = 0;
      const counted: Surroundings = { ...around, view: (id) => ((asked += 1), around.view(id)) };
      expect(tierOf(top, counted)).toBe('active');
      expect(asked).toBeGreaterThanOrEqual(2 * layers);
      expect(asked).toBeLessThan(20 * layers);
    }
  });

  it('at the end of a very long chain still falls with its beginning', () => {
    const length = 20_000;
    const chain = (first: RowView) => [
      first,
      ...Array.from({ length: length - 1 }, (_, i) => makeView(memoryId(i + 1), {}, { derivedFrom: [memoryId(i)] })),
    ];
    const last = (views: readonly RowView[]): Tier => tierOf(views.at(-1) ?? makeView(A), surround(views));
    expect(last(chain(makeView(memoryId(0))))).toBe('active');
    expect(last(chain(makeView(memoryId(0), { retractedSeq: 2 })))).toBe('dormant');
  });
});

/** A few rows, each deriving from some of those before it. */
const vaults = fc
  .array(
    fc.record({
      sources: fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
      age: fc.nat({ max: 600 }),
      category: fc.constantFrom(...CATEGORIES),
      ledgerTier: fc.constantFrom('active' as const, 'active' as const, ...TIERS),
      retractedSeq: fc.option(fc.nat({ max: 20 }), { freq: 6 }),
      contested: fc.option(fc.nat({ max: 20 }), { freq: 6 }),
      validatedSeq: fc.option(fc.nat({ max: 20 }), { freq: 3 }),
      validUntil: fc.option(fc.integer({ min: -100, max: 500 }), { freq: 4 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((rows) =>
    rows.map((row, i) =>
      makeView(
        memoryId(i),
        {
          ledgerTier: row.ledgerTier,
          retractedSeq: row.retractedSeq,
          contests: row.contested === null ? [] : [contest(row.contested)],
          validation: row.validatedSeq === null ? null : makeValidation({ seq: row.validatedSeq, at: NOON - row.age * DAY }),
        },
        {
          category: row.category,
          basisAt: NOON - row.age * DAY,
          derivedFrom: [...new Set(row.sources.filter((source) => source < i))].map(memoryId),
          validUntil: row.validUntil === null ? null : NOON + row.validUntil * DAY,
        },
      ),
    ),
  );

describe('any vault', () => {
  const instants = fc.integer({ min: -10, max: 1500 }).map((days) => NOON + days * DAY);

  it('has every unconfirmed row at the worst of itself and its sources', () => {
    fc.assert(
      fc.property(vaults, instants, (views, now) => {
        const around = surround(views);
        for (const view of views) {
          if (view.state.validation !== null) continue;
          const sources = view.header.derivedFrom.map((id) => around.view(id)).filter((source) => source !== undefined);
          const own = alone({ ...view, header: { ...view.header, derivedFrom: [] } }, now);
          expect(tierOf(view, around, now)).toBe(worst(own, ...sources.map((source) => tierOf(source, around, now))));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('says exactly when a row falls next: not before, and then it does', () => {
    fc.assert(
      fc.property(vaults, instants, (views, now) => {
        const around = surround(views);
        for (const view of views) {
          const { tier, fallsDueAt } = effectiveTier(view, around, DEFAULT_POLICY, now);
          expect(fallsDueAt === null).toBe(tier === 'dormant');
          if (fallsDueAt === null) continue;
          expect(fallsDueAt).toBeGreaterThan(now);
          expect(tierOf(view, around, fallsDueAt - 1)).toBe(tier);
          expect(TIERS.indexOf(tierOf(view, around, fallsDueAt))).toBeGreaterThan(TIERS.indexOf(tier));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has no row that rises with time, with a contest, with a demotion, or with one more source', () => {
    fc.assert(
      fc.property(vaults, instants, fc.nat({ max: 800 }), fc.nat(), (views, now, days, pick) => {
        const around = surround(views);
        const view = views[pick % views.length] ?? makeView(A);
        const before = TIERS.indexOf(tierOf(view, around, now));
        expect(TIERS.indexOf(tierOf(view, around, now + days * DAY))).toBeGreaterThanOrEqual(before);
        for (const lowered of [
          { ...view, state: { ...view.state, contests: [...view.state.contests, contest(21)] } },
          { ...view, state: { ...view.state, ledgerTier: worst(view.state.ledgerTier, 'background') } },
          { ...view, header: { ...view.header, derivedFrom: [...view.header.derivedFrom, memoryId(0)] } },
        ]) {
          const changed = views.map((one) => (one === view ? lowered : one));
          for (const [i, one] of changed.entries()) {
            const was = views[i] ?? one;
            expect(TIERS.indexOf(tierOf(one, surround(changed), now))).toBeGreaterThanOrEqual(TIERS.indexOf(tierOf(was, around, now)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a circle', () => {
  const sourcesOf = (id: string): readonly string[] => ({ [A]: [], [B]: [A], [C]: [B, A], [D]: [C] })[id] ?? [];

  it('is seen before it closes, however long', () => {
    expect(wouldCycle(A, [A], sourcesOf)).toBe(true);
    expect(wouldCycle(A, [D], sourcesOf)).toBe(true);
    expect(wouldCycle(B, [C], sourcesOf)).toBe(true);
  });

  it('is not seen where there is none', () => {
    expect(wouldCycle(D, [A, B, C], sourcesOf)).toBe(false);
    expect(wouldCycle(C, [A, B], sourcesOf)).toBe(false);
    expect(wouldCycle(memoryId(9), [D, memoryId(8)], sourcesOf)).toBe(false);
    expect(wouldCycle(A, [], sourcesOf)).toBe(false);
  });

  it('elsewhere does not keep the search from ending', () => {
    const round = (id: string): readonly string[] => (id === B ? [C] : [B]);
    expect(wouldCycle(A, [B], round)).toBe(false);
  });
});
