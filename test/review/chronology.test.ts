import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CaseMoment } from '../../schemas/case.ts';
import type { Happening } from '../../src/review/case.ts';
import { chronology, type TimedAnswer } from '../../src/review/chronology.ts';
import { check, claimsAfter, gateOf, ids, KINDS, NOW, RECEIPT_INDEX } from './samples.ts';
import { PaperDesk } from './service.ts';

const ANSWER: TimedAnswer = { evaluatedAt: NOW - 5, issuedAt: NOW, logIndex: RECEIPT_INDEX, by: ids.grant(1), served: 2 };
const nameOf = (id: string): string | null => (id === ids.reviewer(1) ? 'Ada' : null);

function timeline(desk: PaperDesk, happenings: readonly Happening[] = desk.happenings): CaseMoment[] {
  return chronology({ answer: ANSWER, claims: desk.claims, happenings, nameOf, kinds: KINDS });
}

it('tells in the log’s order what happened, who did it, and what was on the screen', () => {
  const desk = new PaperDesk(gateOf({ claim: 'settlement' }));
  desk.add({ claim: 'payment', status: 'verified' });
  desk.add({ claim: 'settlement', status: 'pending', kind: 'receipt' });
  const seen = desk.view(1);
  const half = desk.decide({ decision: 'clear', reviewer: 1, override: { second: null } });
  desk.handOver(1, 2);
  const second = desk.decide({ decision: 'clear', reviewer: 2, override: { second: half } });
  desk.add({ claim: 'exchange', status: 'verified' });
  desk.add({ claim: 'settlement', status: 'verified', reason: 'recheck', of: 2, kind: 'receipt' });
  desk.add({ claim: 'model', status: 'pending' });
  desk.add({ claim: 'model', status: 'asserted', reason: 'given_up', of: 5 });
  desk.add({ claim: 'model', status: 'failed', checks: [check('sha256', 'failed')] });
  desk.decide({ decision: 'hold', reviewer: 2 });
  const lines = timeline(desk);
  const before = 'retrieved answered proved opened paid pending viewed decided handed_over overridden';
  expect(lines.map(({ what }) => what).join(' ')).toBe(`${before} signed settled pending given_up failed reopened decided`);
  const of = (what: string): CaseMoment | undefined => lines.find((line) => line.what === what);
  expect(of('viewed')).toMatchObject({ by: { id: ids.reviewer(1), name: 'Ada' }, screen: seen });
  expect(of('decided')).toMatchObject({ decision: half, detail: expect.stringContaining('waits for a second reviewer') });
  expect(of('overridden')).toMatchObject({
    decision: second,
    screen: { gateOpen: false, claims: { settlement: 'pending', payment: 'verified' } },
  });
  expect(of('failed')).toMatchObject({ claim: 'model', detail: expect.stringContaining('failed: sha256') });
  expect(of('reopened')).toMatchObject({ claim: 'model', by: { id: 'service', name: null } });
  expect(of('retrieved')).toMatchObject({ detail: '2 rows were served.', logIndex: RECEIPT_INDEX, at: new Date(NOW - 5).toISOString() });
});

it('puts what another log has before all that this one has, however great its numbers are', () => {
  const desk = new PaperDesk(gateOf({ claim: 'settlement' }));
  desk.add({ claim: 'settlement', status: 'verified' });
  const claims = desk.claims.map((claim) => ({
    ...claim,
    history: claim.history.map((step) => ({ ...step, logIndex: step.logIndex + 5000 })),
  }));
  const told = { answer: { ...ANSWER, logIndex: 5000 + RECEIPT_INDEX }, claims, happenings: desk.happenings, nameOf, kinds: KINDS };
  const whats = (lines: CaseMoment[]): string[] => lines.map(({ what }) => what);
  expect(whats(chronology({ ...told, isElsewhere: () => true }))).toEqual(['retrieved', 'answered', 'proved', 'settled', 'opened']);
  expect(whats(chronology(told))[0]).toBe('opened');
});

it('is in the log’s order, whole, and the same in whatever order it was handed in', () => {
  const step = fc.record({
    claim: fc.constantFrom(...KINDS.map(({ text }) => text.claim)),
    status: fc.constantFrom('asserted' as const, 'pending' as const, 'verified' as const, 'failed' as const),
    views: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20, size: 'max' }), (steps) => {
      const desk = new PaperDesk(gateOf({ claim: 'settlement' }));
      for (const { claim, status, views } of steps) {
        desk.add({ claim, status });
        if (views) desk.view(1);
      }
      const lines = timeline(desk);
      const places = lines.map(({ logIndex }) => logIndex);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      // The answer twice, `memory` as issued, each piece, each happening: and every entry of this log has its line.
      expect(lines).toHaveLength(2 + 1 + steps.length + desk.happenings.length);
      expect(new Set(places).size).toBe(desk.size - RECEIPT_INDEX);
      expect(timeline(desk, desk.happenings.toReversed())).toEqual(lines);
      for (const { at } of claimsAfter([]).flatMap(({ history }) => history)) expect(lines.some((line) => line.at === at)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
