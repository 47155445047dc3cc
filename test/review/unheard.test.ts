import { expect, it } from 'vitest';
import { beforeProof, unheard } from '../../src/review/unheard.ts';
import { check, claimsAfter, type Came, fact, gateOf } from './samples.ts';

const SETTLED = gateOf({ claim: 'settlement' });
/** The decision’s place in the log; evidence has places from 11 on. */
const HERE = 20;
const came = (claim: string, status: Came['status'], logIndex: number, more: Partial<Came> = {}): Came => ({
  claim,
  status,
  logIndex,
  ...more,
});
const decided = (decision: 'hold' | 'clear' | 'reject', ...claims: string[]) => ({ decision, basis: { claims }, logIndex: HERE });

it('is what was made, or called for by the gate, and was not verified there', () => {
  const claims = claimsAfter([
    came('payment', 'verified', 11),
    came('model', 'asserted', 12),
    came('exchange', 'pending', 13),
    came('exchange', 'verified', 30),
  ]);
  const heard = (gate: typeof SETTLED, size?: number) =>
    Object.fromEntries(unheard(claims, gate, size).map(({ claim, status }) => [claim, status]));
  expect(heard(SETTLED, HERE)).toEqual({ settlement: 'absent', exchange: 'pending', model: 'asserted' });
  expect(heard(SETTLED)).toEqual({ settlement: 'absent', model: 'asserted' });
  expect(heard(gateOf({ memory: 'all_standing' }))).toEqual({ model: 'asserted' });
  expect(heard(gateOf({ claim: 'telepathy' }), 12)).toEqual({ telepathy: 'absent' });
  expect(heard(SETTLED, 10)).toEqual({ settlement: 'absent' });
});

it.each<[string, ReturnType<typeof decided>, readonly Came[], boolean]>([
  ['cleared after it was settled', decided('clear'), [came('settlement', 'verified', 11)], false],
  [
    'cleared one place before it was settled',
    decided('clear'),
    [came('settlement', 'pending', 11), came('settlement', 'verified', 21)],
    true,
  ],
  ['cleared and never settled', decided('clear'), [], true],
  ['cleared although it had failed', decided('clear'), [came('settlement', 'failed', 11)], true],
  ['rejected as it had failed', decided('reject'), [came('settlement', 'failed', 11)], false],
  ['rejected before it failed', decided('reject'), [came('settlement', 'pending', 11), came('settlement', 'failed', 21)], true],
  ['held, and settled later', decided('hold'), [came('settlement', 'verified', 21)], false],
  [
    'cleared on a claim that is only asserted',
    decided('clear', 'model'),
    [came('settlement', 'verified', 11), came('model', 'asserted', 12)],
    true,
  ],
  [
    'cleared on a claim that is verified',
    decided('clear', 'model'),
    [came('settlement', 'verified', 11), came('model', 'verified', 12)],
    false,
  ],
  [
    'cleared before a claim was verified that nobody had named',
    decided('clear'),
    [came('settlement', 'verified', 11), came('exchange', 'verified', 21)],
    true,
  ],
  [
    'cleared before a claim failed that nobody had named',
    decided('clear'),
    [came('settlement', 'verified', 11), came('exchange', 'failed', 21)],
    true,
  ],
  [
    'cleared, and a claim that nobody had named is stated later',
    decided('clear'),
    [came('settlement', 'verified', 11), came('exchange', 'asserted', 21)],
    false,
  ],
  [
    'cleared on what was proved, which failed later',
    decided('clear'),
    [came('settlement', 'verified', 11), came('settlement', 'failed', 21)],
    false,
  ],
])('%s', (_, decision, evidence, before) => {
  expect(beforeProof(decision, claimsAfter(evidence), SETTLED)).toBe(before);
});

it('goes by what the gate asks of a claim, not by the claim as a whole', () => {
  const signed = gateOf({ claim: 'exchange', check: 'signature' });
  const half = claimsAfter([came('exchange', 'pending', 11, { checks: [check('signature', 'verified')] })]);
  expect(beforeProof(decided('clear'), half, signed)).toBe(false);
  const approved = gateOf({ claim: 'model', fact: 'sha256', oneOf: ['aa'] });
  const other = claimsAfter([came('model', 'verified', 11, { facts: [fact('sha256', 'bb')] })]);
  expect([beforeProof(decided('clear'), other, approved), beforeProof(decided('reject'), other, approved)]).toEqual([true, false]);
  const said = gateOf({ claim: 'model', status: 'asserted' });
  expect(beforeProof(decided('clear'), claimsAfter([came('model', 'asserted', 11)]), said)).toBe(false);
});

it('takes what another log has for older than any decision', () => {
  const claims = claimsAfter([came('settlement', 'verified', 9000)]);
  expect(beforeProof(decided('clear'), claims, SETTLED)).toBe(true);
  expect(beforeProof(decided('clear'), claims, SETTLED, ({ logIndex }) => logIndex === 9000)).toBe(false);
});
