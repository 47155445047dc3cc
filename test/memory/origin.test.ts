import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORIGIN_KINDS } from '../../schemas/vocabulary.ts';
import { leastTrusted, UNCLAIMED_ORIGIN } from '../../src/memory/origin.ts';

const kinds = fc.constantFrom(...ORIGIN_KINDS);
const trust = (kind: (typeof ORIGIN_KINDS)[number]): number => ORIGIN_KINDS.indexOf(kind);

describe('the least trusted origin', () => {
  it('falls in the design’s order', () => {
    expect(ORIGIN_KINDS).toEqual(['user_stated', 'app_asserted', 'model_inferred', 'tool_output', 'external_data', 'imported']);
    expect(leastTrusted('user_stated', 'external_data', 'model_inferred')).toBe('external_data');
    expect(leastTrusted('imported', 'user_stated')).toBe('imported');
    expect(leastTrusted('tool_output')).toBe('tool_output');
  });

  it('is one of those named, trusted no more than any, in whatever order', () => {
    fc.assert(
      fc.property(kinds, fc.array(kinds, { maxLength: 5 }), (first, others) => {
        const least = leastTrusted(first, ...others);
        expect([first, ...others]).toContain(least);
        for (const kind of [first, ...others]) expect(trust(least)).toBeGreaterThanOrEqual(trust(kind));
        expect(leastTrusted(others[0] ?? first, ...others.slice(1), first)).toBe(least);
      }),
    );
  });

  it('is never raised by naming more', () => {
    fc.assert(
      fc.property(kinds, fc.array(kinds), kinds, (first, others, more) => {
        expect(trust(leastTrusted(first, ...others, more))).toBeGreaterThanOrEqual(trust(leastTrusted(first, ...others)));
      }),
    );
  });

  it('of what claims nothing is an app’s word', () => {
    expect(UNCLAIMED_ORIGIN).toBe('app_asserted');
  });
});
