import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../schemas/policy.ts';
import { CATEGORIES, MEMORY_TYPES, ORIGIN_KINDS, TIERS } from '../../schemas/vocabulary.ts';
import type { Bounds } from '../../src/memory/header.ts';
import { earlier, fallsDueAt, type FreshnessInput, lifecycleOf, tierAt, worstTier } from '../../src/memory/tier.ts';
import { DAY, NOON } from './build.ts';

const instants = fc.integer({ min: -2000, max: 2000 }).map((days) => NOON + days * DAY);
const lifecycles: fc.Arbitrary<Bounds> = fc.record({ activeUntil: instants, backgroundUntil: instants });
const durations = fc.integer({ min: 0, max: 1000 }).map((days) => days * 86_400);
const rows: fc.Arbitrary<FreshnessInput> = fc.record({
  basisAt: instants,
  origin: fc.constantFrom(...ORIGIN_KINDS),
  category: fc.constantFrom(...CATEGORIES),
  type: fc.constantFrom(...MEMORY_TYPES),
  validUntil: fc.option(instants),
  bounds: fc.option(lifecycles),
});
const validations = fc.option(fc.record({ at: instants, expiresAt: fc.option(instants) }));

/** The built-in policy with one category's times and one origin's rule drawn. */
const policies: fc.Arbitrary<Policy> = fc
  .record({
    category: fc.constantFrom(...CATEGORIES),
    holding: fc.record({ activeForSeconds: durations, backgroundForSeconds: durations }),
    origin: fc.constantFrom(...ORIGIN_KINDS),
    rule: fc.record({ start: fc.constantFrom(...TIERS), activeForAtMostSeconds: fc.option(durations) }),
  })
  .map(({ category, holding, origin, rule }) => ({
    ...DEFAULT_POLICY,
    categories: { ...DEFAULT_POLICY.categories, [category]: { semantic: holding, episodic: holding } },
    origins: { ...DEFAULT_POLICY.origins, [origin]: rule },
  }));

const row: FreshnessInput = { basisAt: NOON, origin: 'user_stated', category: 'health', type: 'semantic', validUntil: null, bounds: null };
const days = (count: number): number => NOON + count * DAY;
const steps = (given: Partial<FreshnessInput>, validation: Parameters<typeof lifecycleOf>[1] = null): (number | null)[] => {
  const { activeUntil, backgroundUntil } = lifecycleOf({ ...row, ...given }, validation, DEFAULT_POLICY);
  return [(activeUntil - NOON) / DAY, (backgroundUntil - NOON) / DAY];
};

describe('when a row falls', () => {
  it('follows from its basis, category and type', () => {
    expect(steps({})).toEqual([120, 360]);
    expect(steps({ type: 'episodic' })).toEqual([60, 240]);
    expect(steps({ category: 'travel' })).toEqual([60, 240]);
    expect(steps({ basisAt: days(-100) })).toEqual([20, 260]);
  });

  it('follows from its origin while nobody stands behind it', () => {
    expect(steps({ origin: 'app_asserted' })).toEqual([30, 270]);
    for (const origin of ['model_inferred', 'tool_output', 'external_data', 'imported'] as const)
      expect(steps({ origin })).toEqual([0, 240]);
  });

  it('counts from the owner’s validation, whatever its origin, basis and bounds', () => {
    const bounds = { activeUntil: days(-5), backgroundUntil: days(-4) };
    for (const origin of ORIGIN_KINDS) {
      expect(steps({ origin, basisAt: days(-900), bounds }, { at: days(10), expiresAt: null })).toEqual([130, 370]);
    }
  });

  it('ends with a validation that the owner has limited', () => {
    expect(steps({}, { at: NOON, expiresAt: days(7) })).toEqual([7, 247]);
    expect(steps({}, { at: NOON, expiresAt: days(700) })).toEqual([120, 360]);
  });

  it('never lies beyond the bounds that unsigned acts left', () => {
    expect(steps({ bounds: { activeUntil: days(3), backgroundUntil: days(9) } })).toEqual([3, 9]);
    expect(steps({ bounds: { activeUntil: days(900), backgroundUntil: days(900) } })).toEqual([120, 360]);
  });

  it('never lies beyond the row’s own end, validated or not', () => {
    expect(steps({ validUntil: days(50) })).toEqual([50, 50]);
    expect(steps({ validUntil: days(50) }, { at: days(20), expiresAt: null })).toEqual([50, 50]);
    expect(steps({ validUntil: days(200) })).toEqual([120, 200]);
  });

  it('is at once for what the policy starts as dormant', () => {
    const policy: Policy = {
      ...DEFAULT_POLICY,
      origins: { ...DEFAULT_POLICY.origins, imported: { start: 'dormant', activeForAtMostSeconds: null } },
    };
    expect(lifecycleOf({ ...row, origin: 'imported' }, null, policy)).toEqual({ activeUntil: NOON, backgroundUntil: NOON });
  });

  it('with bounds is never later than without, nor with an end, nor with an older basis', () => {
    fc.assert(
      fc.property(rows, validations, policies, lifecycles, instants, (given, validation, policy, bounds, at) => {
        const plain = lifecycleOf({ ...given, bounds: null, validUntil: null }, validation, policy);
        for (const limited of [
          { ...given, bounds, validUntil: null },
          { ...given, bounds: null, validUntil: at },
          { ...given, bounds: null, validUntil: null, basisAt: Math.min(given.basisAt, at) },
        ]) {
          const { activeUntil, backgroundUntil } = lifecycleOf(limited, validation, policy);
          expect(activeUntil).toBeLessThanOrEqual(plain.activeUntil);
          expect(backgroundUntil).toBeLessThanOrEqual(plain.backgroundUntil);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('by a validation is never later than the policy’s time from it', () => {
    fc.assert(
      fc.property(rows, instants, fc.option(instants), policies, (given, at, expiresAt, policy) => {
        const holding = policy.categories[given.category][given.type];
        const { activeUntil, backgroundUntil } = lifecycleOf(given, { at, expiresAt }, policy);
        expect(activeUntil).toBeLessThanOrEqual(at + holding.activeForSeconds * 1000);
        expect(activeUntil).toBeLessThanOrEqual(expiresAt ?? Number.POSITIVE_INFINITY);
        expect(backgroundUntil).toBeLessThanOrEqual(at + (holding.activeForSeconds + holding.backgroundForSeconds) * 1000);
      }),
    );
  });
});

describe('the tier', () => {
  it('changes at the very millisecond', () => {
    const lifecycle = { activeUntil: days(1), backgroundUntil: days(2) };
    expect([NOON, days(1) - 1, days(1), days(2) - 1, days(2)].map((now) => tierAt(lifecycle, now))).toEqual([
      'active',
      'active',
      'background',
      'background',
      'dormant',
    ]);
  });

  it('never rises with time', () => {
    fc.assert(
      fc.property(rows, validations, policies, instants, instants, (given, validation, policy, a, b) => {
        const lifecycle = lifecycleOf(given, validation, policy);
        const [before, after] = [tierAt(lifecycle, Math.min(a, b)), tierAt(lifecycle, Math.max(a, b))];
        expect(TIERS.indexOf(after)).toBeGreaterThanOrEqual(TIERS.indexOf(before));
      }),
      { numRuns: 500 },
    );
  });

  it('falls exactly when it is said to', () => {
    fc.assert(
      fc.property(lifecycles, instants, (lifecycle, now) => {
        const tier = tierAt(lifecycle, now);
        const due = fallsDueAt(lifecycle, tier);
        expect(due === null).toBe(tier === 'dormant');
        if (due === null) return;
        expect(tierAt(lifecycle, due - 1)).toBe(tier);
        expect(TIERS.indexOf(tierAt(lifecycle, due))).toBeGreaterThan(TIERS.indexOf(tier));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the worse and the earlier', () => {
  it('of two tiers is the one further down', () => {
    for (const a of TIERS) for (const b of TIERS) expect(worstTier(a, b)).toBe(TIERS[Math.max(TIERS.indexOf(a), TIERS.indexOf(b))]);
  });

  it('of two lifecycles is never better than either at any instant', () => {
    fc.assert(
      fc.property(lifecycles, lifecycles, instants, (a, b, now) => {
        expect(tierAt(earlier(a, b), now)).toBe(worstTier(tierAt(a, now), tierAt(b, now)));
      }),
    );
  });
});
