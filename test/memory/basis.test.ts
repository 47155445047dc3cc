import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASIS_REASONS } from '../../schemas/vocabulary.ts';
import { type Basis, earliestBasis } from '../../src/memory/basis.ts';

const instants = fc.integer({ min: -1e12, max: 4e12 });
const bases: fc.Arbitrary<Basis[]> = fc.array(fc.record({ at: instants, reason: fc.constantFrom(...BASIS_REASONS) }), { maxLength: 5 });

describe('the basis', () => {
  it('is when the row was observed, or recorded where that is earlier or all that is known', () => {
    expect(earliestBasis(1000, null, [])).toEqual({ at: 1000, reason: 'recorded' });
    expect(earliestBasis(1000, 400, [])).toEqual({ at: 400, reason: 'observed' });
    expect(earliestBasis(1000, 1000, [])).toEqual({ at: 1000, reason: 'observed' });
    expect(earliestBasis(1000, 1100, [])).toEqual({ at: 1000, reason: 'recorded' });
  });

  it('is that of what it repeats, edits or derives from, where that is earlier', () => {
    const inherited: Basis[] = [
      { at: 900, reason: 'source' },
      { at: 300, reason: 'repeat' },
      { at: 300, reason: 'edit' },
    ];
    expect(earliestBasis(1000, 500, inherited)).toEqual({ at: 300, reason: 'repeat' });
    expect(earliestBasis(1000, 300, inherited)).toEqual({ at: 300, reason: 'observed' });
  });

  it('is the earliest of all that is known, whatever that is', () => {
    fc.assert(
      fc.property(instants, fc.option(instants), bases, (recordedAt, observedAt, inherited) => {
        const { at } = earliestBasis(recordedAt, observedAt, inherited);
        expect(at).toBe(Math.min(recordedAt, observedAt ?? recordedAt, ...inherited.map((one) => one.at)));
      }),
    );
  });

  it('only moves back with more that is known', () => {
    fc.assert(
      fc.property(instants, fc.option(instants), bases, bases, (recordedAt, observedAt, some, more) => {
        const before = earliestBasis(recordedAt, observedAt, some).at;
        expect(earliestBasis(recordedAt, observedAt, [...some, ...more]).at).toBeLessThanOrEqual(before);
        expect(earliestBasis(recordedAt, null, some).at).toBeGreaterThanOrEqual(earliestBasis(recordedAt, observedAt, some).at);
      }),
    );
  });
});
