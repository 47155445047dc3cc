import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaimStatus, type ClaimName } from '../../schemas/vocabulary.ts';
import { CLAIMS } from '../../src/claims/claims.ts';
import { claimStatuses } from '../../src/claims/statuses.ts';
import { paidUnexplained, unexplainedClaims } from '../../src/claims/unexplained.ts';

const NAMES = CLAIMS.map(({ claim }) => claim);
const PAID = Date.parse('2026-03-02T10:00:00.000Z');

type Statuses = Partial<Record<ClaimName, ClaimStatus>>;

/** Ten claims, absent but for those named. */
const claims = (some: Statuses) => CLAIMS.map(({ claim }) => ({ claim, status: some[claim] ?? 'absent' }) as const);

describe('a payment that settles nothing else', () => {
  it('is a verified one beside a claim that was made and is not', () => {
    expect(unexplainedClaims(claims({ payment: 'verified', memory: 'verified', enclave: 'asserted' }))).toEqual(['enclave']);
    expect(unexplainedClaims(claims({ payment: 'verified', model: 'pending', route: 'failed' }))).toEqual(['model', 'route']);
  });

  it('is none where nothing else was claimed, or all of it is verified', () => {
    expect(unexplainedClaims(claims({ payment: 'verified' }))).toEqual([]);
    expect(unexplainedClaims(claims({ payment: 'verified', memory: 'verified', output: 'verified' }))).toEqual([]);
    expect(unexplainedClaims([])).toEqual([]);
  });

  it.each(ClaimStatus.options.filter((status) => status !== 'verified'))('is none while the payment is %s', (payment) => {
    expect(unexplainedClaims(claims({ payment, memory: 'failed', output: 'asserted' }))).toEqual([]);
  });

  it('names just those claims, whatever the statuses, and never the payment', () => {
    const some = fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...ClaimStatus.options));
    fc.assert(
      fc.property(some, (statuses) => {
        const all = claimStatuses(claims({ ...statuses, payment: 'verified' }));
        const open = unexplainedClaims(claims({ ...statuses, payment: 'verified' }));
        expect(new Set(open)).toEqual(new Set(NAMES.filter((name) => !['absent', 'verified'].includes(all[name] ?? ''))));
        expect(open).not.toContain('payment');
      }),
    );
  });

  it('has a lag, in whole seconds since its evidence', () => {
    const open = claims({ payment: 'verified', output: 'asserted' });
    expect(paidUnexplained(open, PAID, PAID + 90_999)).toEqual({ claims: ['output'], since: PAID, lagSeconds: 90 });
    expect(paidUnexplained(open, PAID, PAID - 5000)?.lagSeconds).toBe(0);
    expect(paidUnexplained(claims({ payment: 'asserted', output: 'asserted' }), PAID, PAID)).toBeNull();
  });
});

it('every claim has a status, absent where nothing is said of it', () => {
  expect(claimStatuses(claims({ payment: 'failed' }))).toEqual(
    Object.fromEntries(NAMES.map((name) => [name, name === 'payment' ? 'failed' : 'absent'])),
  );
  expect(Object.keys(claimStatuses([]))).toEqual([...NAMES]);
});
