import { describe, expect, it } from 'vitest';
import { ClaimStanding } from '../../schemas/claims.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { KINDS } from '../../src/claims/all-kinds.ts';
import type { Judgement } from '../../src/claims/kind.ts';
import type { Piece } from '../../src/claims/piece.ts';
import { type Issued, standClaims } from '../../src/claims/standing.ts';
import { statedFacts } from '../../src/claims/stated.ts';
import { addendum, AT, check, GRANT, issued, look, piece } from './pieces.ts';

const NAMES = KINDS.map(({ text }) => text.claim);

function standing(name: string, pieces: readonly Piece[], at: Issued = issued()): ClaimStanding {
  const found = standClaims(at, pieces).find(({ claim }) => claim === name);
  if (found === undefined) throw new Error(`no claim ${name}`);
  return found;
}

const payment = (...pieces: readonly Piece[]) => standing('payment', pieces);
const steps = (one: ClaimStanding) => one.history.map(({ status }) => status);
const names = (one: ClaimStanding) => one.checks.map((one) => one.check);

describe('a claim', () => {
  it.each<[string, ClaimStatus, readonly Piece[], readonly ClaimStatus[]]>([
    ['has no pieces', 'absent', [], ['absent']],
    ['is what its one piece is', 'pending', [piece(1, 'pending')], ['absent', 'pending']],
    ['is the best of its pieces', 'verified', [piece(1, 'asserted'), piece(2, 'verified')], ['absent', 'asserted', 'verified']],
    ['does not fall by a weaker piece', 'verified', [piece(1, 'verified'), piece(2, 'asserted')], ['absent', 'verified', 'verified']],
    ['has failed with one piece', 'failed', [piece(1, 'verified'), piece(2, 'failed')], ['absent', 'verified', 'failed']],
    ['stays failed', 'failed', [piece(1, 'failed'), piece(2, 'verified')], ['absent', 'failed', 'failed']],
    ['rises by a second look', 'verified', [piece(1, 'pending'), look(2, 1, 'verified')], ['absent', 'pending', 'verified']],
    ['falls by a second look', 'asserted', [piece(1, 'pending'), look(2, 1, 'asserted')], ['absent', 'pending', 'asserted']],
    ['fails by a second look', 'failed', [piece(1, 'pending'), look(2, 1, 'failed')], ['absent', 'pending', 'failed']],
    [
      'is asserted once given up',
      'asserted',
      [piece(1, 'pending'), look(2, 1, 'asserted', { reason: 'given_up' })],
      ['absent', 'pending', 'asserted'],
    ],
    [
      'is asserted once given up, whatever was called of it then',
      'asserted',
      [piece(1, 'pending'), look(2, 1, 'verified', { reason: 'given_up' })],
      ['absent', 'pending', 'asserted'],
    ],
    [
      'keeps what another piece has shown when one is given up',
      'verified',
      [piece(1, 'pending'), piece(2, 'verified'), look(3, 1, 'asserted', { reason: 'given_up' })],
      ['absent', 'pending', 'verified', 'verified'],
    ],
    [
      'is not taken back by a look at what was not pending',
      'verified',
      [piece(1, 'verified'), look(2, 1, 'pending')],
      ['absent', 'verified', 'verified'],
    ],
    ['fails by a look at what was not pending', 'failed', [piece(1, 'verified'), look(2, 1, 'failed')], ['absent', 'verified', 'failed']],
    ['is not raised by a look at nothing', 'absent', [look(1, 9, 'verified')], ['absent', 'absent']],
    ['fails by a look at nothing', 'failed', [look(1, 9, 'failed')], ['absent', 'failed']],
    [
      'is not raised by a look at another claim’s piece',
      'pending',
      [piece(1, 'pending', { claim: 'route' }), piece(2, 'pending'), look(3, 1, 'verified')],
      ['absent', 'pending', 'pending'],
    ],
  ])('%s: %s', (_, status, pieces, history) => {
    const one = payment(...pieces);
    expect(one.status).toBe(status);
    expect(steps(one)).toEqual(history);
    expect(ClaimStanding.parse(one)).toEqual(one);
  });

  it.each<[ClaimStatus, Judgement['status'], ClaimStatus]>([
    ['verified', 'asserted', 'verified'],
    ['asserted', 'verified', 'verified'],
    ['verified', 'failed', 'failed'],
    ['failed', 'verified', 'failed'],
  ])('that was %s at issue, with a piece that is %s: %s', (at, judged, status) => {
    const one = standing('memory', [piece(1, judged, { claim: 'memory' })], issued({ memory: at }));
    expect(one.status).toBe(status);
    expect(names(one)[0]).toBe('issued');
  });

  it('shows the checks of the pieces that decide it, and not those of the others', () => {
    expect(names(payment(piece(1, 'verified'), piece(2, 'asserted'), piece(3, 'verified')))).toEqual(['c1', 'c3']);
    expect(names(payment(piece(1, 'pending'), look(2, 1, 'verified')))).toEqual(['c2']);
    expect(names(payment(piece(1, 'verified'), piece(2, 'failed'), piece(3, 'failed')))).toEqual(['c2', 'c3']);
    expect(names(payment(piece(1, 'pending'), look(2, 1, 'asserted', { reason: 'given_up' })))).toEqual(['c2']);
  });

  it('names each piece of evidence once, and a step for everything that was done', () => {
    const one = payment(piece(1, 'pending'), look(2, 1, 'verified'), piece(3, 'asserted'));
    expect(one.evidence).toEqual([1, 3].map((number) => ({ kind: 'sample.v1', digest: String(number).padStart(64, '0') })));
    expect(
      one.history.map(({ reason, at, logIndex, addendum, by, trustSha256 }) => [reason, at, logIndex, addendum, by, trustSha256]),
    ).toEqual([
      ['issued', '2026-03-01T12:00:00.000Z', 7, null, GRANT, null],
      ['evidence', '2026-03-01T12:01:00.000Z', 8, addendum(1), GRANT, 'dd'.repeat(32)],
      ['recheck', '2026-03-01T12:02:00.000Z', 9, addendum(2), 'service', 'dd'.repeat(32)],
      ['evidence', '2026-03-01T12:03:00.000Z', 10, addendum(3), GRANT, 'dd'.repeat(32)],
    ]);
  });

  it('goes by the log’s order, not by when each piece says that it came', () => {
    const pieces = [piece(2, 'verified', { at: AT - 5 }), piece(1, 'pending', { at: AT + 5 })];
    expect(steps(payment(...pieces))).toEqual(['absent', 'pending', 'verified']);
  });

  it('is looked at next when the soonest of what is pending is', () => {
    const [soon, late] = [AT + 90_000, AT + 900_000];
    const pieces = [piece(1, 'pending', { nextLookAt: late }), piece(2, 'pending', { nextLookAt: soon })];
    expect(payment(...pieces).nextLookAt).toBe('2026-03-01T12:01:30.000Z');
    expect(payment(piece(1, 'verified', { nextLookAt: soon })).nextLookAt).toBeNull();
    expect(payment(...pieces, look(3, 2, 'verified')).nextLookAt).toBe('2026-03-01T12:15:00.000Z');
    expect(payment(...pieces, look(3, 2, 'verified'), look(4, 1, 'asserted', { reason: 'given_up' })).nextLookAt).toBeNull();
  });
});

describe('facts', () => {
  const stating = (number: number, facts: Record<string, string>, status: Judgement['status'] = 'verified') =>
    piece(number, status, { facts });

  it('that are stated alike stand once', () => {
    const one = payment(stating(1, { a: '1', b: '2' }), stating(2, { b: '2', c: '3' }));
    expect([one.status, one.facts]).toEqual(['verified', [...'abc'].map((name, i) => ({ name, value: String(i + 1) }))]);
  });

  it('that are stated otherwise fail the claim, by a check that says by whom', () => {
    const one = payment(stating(1, { a: '1' }), stating(2, { a: '2' }, 'asserted'), stating(3, { a: '1' }));
    expect(steps(one)).toEqual(['absent', 'verified', 'failed', 'failed']);
    expect(one.checks).toEqual([
      { check: 'contradiction', status: 'failed', detail: `${addendum(2)} states “a” otherwise than ${addendum(1)}.` },
    ]);
    expect(one.facts).toEqual([
      { name: 'a', value: '1' },
      { name: 'a', value: '2' },
    ]);
  });

  it('that one piece states in two ways fail it, too', () => {
    const own = stating(1, { a: '1' });
    const facts = [...own.judgement.facts, { name: 'a', value: '2' }];
    const one = payment({ ...own, judgement: { ...own.judgement, facts } });
    expect([one.status, names(one)]).toEqual(['failed', ['contradiction']]);
  });

  it('that the receipt itself states are held against the evidence', () => {
    const [kind] = KINDS;
    if (kind === undefined) throw new Error('no kinds');
    const text = { ...kind.text, claim: 'weather' };
    const kinds = [{ ...kind, text, states: () => [{ name: 'sky', value: 'blue' }] }];
    const alike = standClaims(issued(), [piece(1, 'verified', { claim: 'weather', facts: { sky: 'blue' } })], kinds);
    const other = standClaims(issued(), [piece(1, 'verified', { claim: 'weather', facts: { sky: 'grey' } })], kinds);
    const of = (all: ClaimStanding[]) => all.find(({ claim }) => claim === 'weather');
    expect([of(alike)?.status, of(alike)?.history[0]?.facts]).toEqual(['verified', [{ name: 'sky', value: 'blue' }]]);
    expect([of(other)?.status, of(other)?.checks.at(-1)?.detail]).toEqual([
      'failed',
      `${addendum(1)} states “sky” otherwise than the receipt.`,
    ]);
  });

  it('of a second look take the place of those of the first', () => {
    const one = payment(stating(1, { block: '5' }, 'pending'), look(2, 1, 'verified', { facts: { block: '6' } }));
    expect([one.status, one.facts]).toEqual(['verified', [{ name: 'block', value: '6' }]]);
  });

  it('stay once given up, and still stand against others', () => {
    const pieces = [stating(1, { block: '5' }, 'pending'), look(2, 1, 'asserted', { reason: 'given_up' })];
    expect(payment(...pieces).facts).toEqual([{ name: 'block', value: '5' }]);
    expect(payment(...pieces, stating(3, { block: '6' })).status).toBe('failed');
  });

  it('of a look that has failed are shown, also where it has taken nobody’s place', () => {
    const one = payment(stating(1, { a: '1' }), look(2, 1, 'failed', { facts: { b: '2' } }));
    expect(one.facts.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('that contradicted each other once did so for good', () => {
    const pieces = [stating(1, { block: '5' }, 'pending'), stating(2, { block: '6' }), look(3, 1, 'verified', { facts: { block: '6' } })];
    expect(steps(payment(...pieces))).toEqual(['absent', 'pending', 'failed', 'failed']);
  });

  it('of different claims never meet', () => {
    const pieces = [stating(1, { a: '1' }), piece(2, 'verified', { claim: 'route', facts: { a: '2' } })];
    expect(standClaims(issued(), pieces).flatMap(({ status }) => (status === 'absent' ? [] : [status]))).toEqual(['verified', 'verified']);
  });
});

describe('a fact by itself', () => {
  const facts = (...pieces: readonly Piece[]) => statedFacts(payment(...pieces)).map(({ name, value, status }) => [name, value, status]);

  it('is as good as the piece that states it, and not as its neighbours', () => {
    expect(facts(piece(1, 'verified', { facts: { a: '1' } }), piece(2, 'asserted', { facts: { b: '2' } }))).toEqual([
      ['a', '1', 'verified'],
      ['b', '2', 'asserted'],
    ]);
  });

  it('is as good as the check of its name, where there is one, the worst of several', () => {
    const one = piece(1, 'verified', { facts: { provider: 'p', key: 'k' } });
    const checks = [check('signature', 'verified'), check('provider', 'verified'), check('provider', 'asserted')];
    expect(facts({ ...one, judgement: { ...one.judgement, checks } })).toEqual([
      ['provider', 'p', 'asserted'],
      ['key', 'k', 'verified'],
    ]);
  });

  it('is as good as the check of what stands before a dot in its name, where there is none of the whole', () => {
    const one = piece(1, 'verified', { facts: { 'item.a.b': '1', 'item.c': '2', items: '3' } });
    const checks = [check('item', 'asserted'), check('item.a', 'pending'), check('signature', 'verified')];
    expect(facts({ ...one, judgement: { ...one.judgement, checks } }).map(([name, , status]) => [name, status])).toEqual([
      ['item.a.b', 'pending'],
      ['item.c', 'asserted'],
      ['items', 'verified'],
    ]);
  });

  it('is the best that several pieces make of it', () => {
    expect(facts(piece(1, 'asserted', { facts: { a: '1' } }), piece(2, 'verified', { facts: { a: '1' } }))).toEqual([
      ['a', '1', 'verified'],
    ]);
  });

  it('is failed with its claim', () => {
    expect(facts(piece(1, 'verified', { facts: { a: '1' } }), piece(2, 'failed'))).toEqual([['a', '1', 'failed']]);
  });
});

describe('claims that this build does not know', () => {
  it('keep a place behind the others, with their history and a text that says so', () => {
    const pieces = [piece(1, 'asserted', { claim: 'zebra' }), piece(2, 'asserted', { claim: 'apple' })];
    const all = standClaims(issued({ moon: 'verified' }), pieces);
    expect(all.map(({ claim }) => claim)).toEqual([...NAMES, 'apple', 'moon', 'zebra']);
    expect(all.slice(NAMES.length).map(({ status, history }) => [status, history.length])).toEqual([
      ['asserted', 2],
      ['verified', 1],
      ['asserted', 2],
    ]);
    for (const one of all.slice(NAMES.length)) expect(one.proves).toMatch(/does not know the claim/);
  });

  it('are not made of those that the receipt was issued before', () => {
    const at = issued();
    const all = standClaims({ ...at, claims: at.claims.slice(0, 2) }, []);
    expect(all.map(({ claim, status }) => [claim, status])).toEqual(NAMES.map((name) => [name, 'absent']));
  });
});

it('a thousand pieces that state hundreds of facts each take no time to speak of', () => {
  const facts = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`f${i}`, 'x']));
  const all = Array.from({ length: 1000 }, (_, i) => piece(i + 1, 'asserted', { facts: { ...facts, [`own${i}`]: String(i) } }));
  expect(payment(...all).facts).toHaveLength(1256);
});
