import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, Policy } from '../../schemas/policy.ts';
import { CATEGORIES, MEMORY_TYPES, ORIGIN_KINDS } from '../../schemas/vocabulary.ts';
import { BUILT_IN_POLICY, policySha256 } from '../../src/memory/policy.ts';

const DAY = 86_400;
const { categories, origins } = DEFAULT_POLICY;

describe('the policy that a vault starts with', () => {
  it('has a rule for every category and type, and holds facts at least as long as events', () => {
    expect(Object.keys(categories).toSorted()).toEqual([...CATEGORIES].toSorted());
    for (const category of CATEGORIES) {
      for (const type of MEMORY_TYPES) {
        const { activeForSeconds, backgroundForSeconds } = categories[category][type];
        expect(activeForSeconds, category).toBeGreaterThanOrEqual(30 * DAY);
        expect(activeForSeconds, category).toBeLessThanOrEqual(366 * DAY);
        expect(backgroundForSeconds, category).toBeGreaterThanOrEqual(activeForSeconds);
      }
      expect(categories[category].semantic.activeForSeconds).toBeGreaterThanOrEqual(categories[category].episodic.activeForSeconds);
    }
  });

  it.each([
    ['identity', 180, 180],
    ['career', 180, 120],
    ['interests', 180, 90],
    ['relationships', 180, 90],
    ['health', 120, 60],
    ['finance', 90, 60],
    ['learning', 120, 90],
    ['travel', 60, 30],
    ['productivity', 45, 30],
    ['private', 120, 60],
  ] as const)('lets %s steer for %i days as a fact, %i as an event', (category, fact, event) => {
    expect(categories[category].semantic.activeForSeconds).toBe(fact * DAY);
    expect(categories[category].episodic.activeForSeconds).toBe(event * DAY);
  });

  it('lets only the user’s and an app’s own words steer unconfirmed, the app’s for a month', () => {
    expect(Object.keys(origins).toSorted()).toEqual([...ORIGIN_KINDS].toSorted());
    expect(origins.user_stated).toEqual({ start: 'active', activeForAtMostSeconds: null });
    expect(origins.app_asserted).toEqual({ start: 'active', activeForAtMostSeconds: 30 * DAY });
    for (const kind of ORIGIN_KINDS.slice(2)) expect(origins[kind].start, kind).toBe('background');
  });

  it('is built in, set by no event', () => {
    expect(BUILT_IN_POLICY).toEqual({ policy: DEFAULT_POLICY, sha256: policySha256(DEFAULT_POLICY), seq: null });
  });
});

describe('a policy’s hash', () => {
  it('does not depend on how its keys are ordered', () => {
    const turned: Policy = {
      origins: Object.fromEntries(Object.entries(origins).toReversed()) as Policy['origins'],
      categories: Object.fromEntries(Object.entries(categories).toReversed()) as Policy['categories'],
      version: DEFAULT_POLICY.version,
    };
    expect(policySha256(turned)).toBe(policySha256(DEFAULT_POLICY));
  });

  it('changes with any of its numbers', () => {
    const bent = structuredClone(DEFAULT_POLICY);
    bent.categories.travel.episodic.backgroundForSeconds += 1;
    expect(policySha256(bent)).not.toBe(policySha256(DEFAULT_POLICY));
    expect(policySha256({ ...DEFAULT_POLICY, version: 2 })).not.toBe(policySha256(DEFAULT_POLICY));
  });
});

describe('what is no policy', () => {
  const without = <T extends object>(value: T, key: keyof T): unknown =>
    Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));

  it.each([
    ['a category left out', { ...DEFAULT_POLICY, categories: without(categories, 'travel') }],
    ['an unknown category', { ...DEFAULT_POLICY, categories: { ...categories, weather: categories.travel } }],
    ['a type left out', { ...DEFAULT_POLICY, categories: { ...categories, travel: without(categories.travel, 'episodic') } }],
    ['an origin left out', { ...DEFAULT_POLICY, origins: without(origins, 'imported') }],
    ['an unknown origin', { ...DEFAULT_POLICY, origins: { ...origins, rumour: origins.imported } }],
    [
      'a start that is no tier',
      { ...DEFAULT_POLICY, origins: { ...origins, imported: { start: 'asleep', activeForAtMostSeconds: null } } },
    ],
    ['a negative time', { ...DEFAULT_POLICY, origins: { ...origins, imported: { start: 'active', activeForAtMostSeconds: -1 } } }],
    ['a time without end', { ...DEFAULT_POLICY, origins: { ...origins, imported: { start: 'active', activeForAtMostSeconds: 1e12 } } }],
    ['half a second', { ...DEFAULT_POLICY, origins: { ...origins, imported: { start: 'active', activeForAtMostSeconds: 0.5 } } }],
    ['version nought', { ...DEFAULT_POLICY, version: 0 }],
    ['a field more', { ...DEFAULT_POLICY, forever: true }],
  ])('%s', (_what, bent) => {
    expect(Policy.safeParse(DEFAULT_POLICY).success).toBe(true);
    expect(Policy.safeParse(bent).success).toBe(false);
  });
});
