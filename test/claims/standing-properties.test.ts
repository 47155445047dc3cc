import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimStanding } from '../../schemas/claims.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { KINDS } from '../../src/claims/all-kinds.ts';
import type { Judgement } from '../../src/claims/kind.ts';
import type { Piece } from '../../src/claims/piece.ts';
import { standClaims } from '../../src/claims/standing.ts';
import { addendum, issued, piece } from './pieces.ts';

const NAMES = KINDS.map(({ text }) => text.claim);

const RISING: readonly ClaimStatus[] = ['absent', 'asserted', 'pending', 'verified'];

const pieces: fc.Arbitrary<Piece[]> = fc
  .array(
    fc.record({
      claim: fc.constantFrom(...NAMES, 'weather'),
      status: fc.constantFrom<Judgement['status']>('asserted', 'pending', 'verified', 'failed'),
      reason: fc.constantFrom<Piece['reason']>('evidence', 'evidence', 'recheck', 'given_up'),
      of: fc.integer({ min: 1, max: 12 }),
      facts: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '1', '1', '2')),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ claim, status, reason, of, facts }, i) =>
      piece(i + 1, status, { claim, reason, of: reason === 'evidence' ? null : addendum(of), facts }),
    ),
  );
const atIssue = fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom<ClaimStatus>(...RISING, 'failed')).map(issued);

describe('whatever comes', () => {
  it('no evidence for one claim changes anything of another', () => {
    fc.assert(
      fc.property(atIssue, pieces, fc.constantFrom(...NAMES), (at, all, name) => {
        const alone = all.filter(({ claim }) => claim === name);
        expect(standing(standClaims(at, all), name)).toEqual(standing(standClaims(at, alone), name));
      }),
      { numRuns: 500 },
    );
  });

  it('the order of pieces for different claims does not matter', () => {
    fc.assert(
      fc.property(atIssue, pieces, fc.infiniteStream(fc.nat()), (at, all, draws) => {
        // Any order of all in which each claim's own keep theirs.
        const queues = [...Map.groupBy(all, ({ claim }) => claim).values()].map((own) => [...own]);
        const mixed: Piece[] = [];
        while (queues.some((own) => own.length > 0)) {
          const left = queues.filter((own) => own.length > 0);
          const next = left[(draws.next().value ?? 0) % left.length]?.shift();
          if (next !== undefined) mixed.push({ ...next, number: mixed.length + 1 });
        }
        expect(standClaims(at, mixed)).toEqual(standClaims(at, all));
        expect(standClaims(at, mixed.toReversed())).toEqual(standClaims(at, mixed));
      }),
    );
  });

  it('what has failed is never undone, and nothing rises without evidence that says so', () => {
    fc.assert(
      fc.property(atIssue, pieces, (at, all) => {
        for (const { history } of standClaims(at, all)) {
          for (const [i, { status, judged, reason }] of history.entries()) {
            const before = history[i - 1]?.status;
            if (before === undefined) continue;
            if (before === 'failed') expect(status).toBe('failed');
            if (judged === 'failed') expect(status).toBe('failed');
            if (RISING.indexOf(status) > RISING.indexOf(before)) {
              expect(status).toBe(judged);
              expect(reason).not.toBe('given_up');
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a claim that stands failed shows a check that has, and one that stands verified one that is', () => {
    fc.assert(
      fc.property(pieces, (all) => {
        for (const { status, checks } of standClaims(issued(), all))
          if (status === 'failed' || status === 'verified') expect(checks.map((one) => one.status)).toContain(status);
      }),
    );
  });
});

function standing(all: readonly ClaimStanding[], name: string): ClaimStanding | undefined {
  return all.find(({ claim }) => claim === name);
}
