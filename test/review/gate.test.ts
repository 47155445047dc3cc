import { expect, it } from 'vitest';
import { evaluateGate, gateSha256, parseGate } from '../../src/review/gate.ts';
import { asked, came, dossier, type Given } from './asked.ts';
import { type Came, check, claimsAfter, fact, gateOf } from './samples.ts';

const SETTLED: Given = { claim: 'settlement' };
const SIGNED: Given = { claim: 'exchange', check: 'signature', status: 'verified' };
const APPROVED: Given = { claim: 'model', fact: 'sha256', oneOf: ['aa', 'bb'], status: 'verified' };

it.each<[string, Given, readonly Came[], boolean, RegExp]>([
  ['a verified claim', SETTLED, [came('settlement', 'verified')], true, /“settlement” is verified, since entry 11 /],
  ['a pending one', SETTLED, [came('settlement', 'pending')], false, /is pending so far/],
  ['an asserted one', SETTLED, [came('settlement', 'asserted')], false, /is asserted so far/],
  ['nothing', SETTLED, [], false, /Nothing has been said of it/],
  [
    'one that failed after it had been verified',
    SETTLED,
    [came('settlement', 'verified'), came('settlement', 'failed')],
    false,
    /for good/,
  ],
  ['one that was verified after it had failed', SETTLED, [came('settlement', 'failed'), came('settlement', 'verified')], false, /for good/],
  ['a payment', SETTLED, [came('payment', 'verified')], false, /Nothing has been said of it/],
  ['an asserted claim, where that will do', { ...SETTLED, status: 'asserted' }, [came('settlement', 'asserted')], true, /is asserted/],
  ['a failed one, where asserted will do', { ...SETTLED, status: 'asserted' }, [came('settlement', 'failed')], false, /has failed/],
  ['nothing, where asserted will do', { ...SETTLED, status: 'asserted' }, [], false, /asserted at least/],
  ['a claim that nobody knows', { claim: 'telepathy' }, [], false, /Nothing has been said of it/],
  [
    'the check',
    SIGNED,
    [came('exchange', 'pending', { checks: [check('signature', 'verified'), check('key', 'pending')] })],
    true,
    /is verified/,
  ],
  [
    'the check, in a claim that another has failed',
    SIGNED,
    [came('exchange', 'failed', { checks: [check('signature', 'verified'), check('key', 'failed')] })],
    true,
    /is verified/,
  ],
  [
    'another check',
    SIGNED,
    [came('exchange', 'verified', { checks: [check('key', 'verified')] })],
    false,
    /nothing that was handed in has had it/,
  ],
  [
    'the check of another claim',
    SIGNED,
    [came('model', 'verified', { checks: [check('signature', 'verified')] })],
    false,
    /nothing that was/,
  ],
  ['the check, pending', SIGNED, [came('exchange', 'verified', { checks: [check('signature', 'pending')] })], false, /is pending so far/],
  [
    'the check, once verified and once failed',
    SIGNED,
    [
      came('exchange', 'verified', { checks: [check('signature', 'verified')] }),
      came('exchange', 'failed', { checks: [check('signature', 'failed')] }),
    ],
    false,
    /has failed/,
  ],
  [
    'the check, verified in a piece that was then looked at again and shows less',
    SIGNED,
    [
      came('exchange', 'pending', { checks: [check('signature', 'verified')] }),
      came('exchange', 'pending', { reason: 'recheck', of: 1, checks: [check('signature', 'pending')] }),
    ],
    false,
    /is pending so far/,
  ],
  ['the approved artefact', APPROVED, [came('model', 'verified', { facts: [fact('sha256', 'bb')] })], true, /“sha256” as bb/],
  [
    'another artefact',
    APPROVED,
    [came('model', 'verified', { facts: [fact('sha256', 'cc')] })],
    false,
    /states cc, which is none of those/,
  ],
  [
    'the artefact under the other identifier',
    APPROVED,
    [came('model', 'verified', { facts: [fact('blob_id', 'bb')] })],
    false,
    /states “blob_id”, and not that/,
  ],
  [
    'the approved artefact, asserted',
    APPROVED,
    [came('model', 'asserted', { facts: [fact('sha256', 'bb')] })],
    false,
    /that it is bb is asserted so far/,
  ],
  [
    'the approved artefact, asserted in a piece whose other check is verified',
    APPROVED,
    [came('model', 'verified', { facts: [fact('sha256', 'bb')], checks: [check('sha256', 'asserted'), check('size', 'verified')] })],
    false,
    /that it is bb is asserted so far/,
  ],
  [
    'two artefacts, both approved',
    APPROVED,
    [came('model', 'verified', { facts: [fact('sha256', 'aa')] }), came('model', 'verified', { facts: [fact('sha256', 'bb')] })],
    false,
    /has failed/,
  ],
  [
    'the approved artefact, stated of another claim',
    APPROVED,
    [came('exchange', 'verified', { facts: [fact('sha256', 'bb')] })],
    false,
    /states nothing/,
  ],
  [
    'the approved artefact, where asserted will do',
    { ...APPROVED, status: 'asserted' },
    [came('model', 'asserted', { facts: [fact('sha256', 'aa')] })],
    true,
    /that is asserted/,
  ],
])('of a claim: %s', (_, condition, evidence, met, words) => {
  const found = asked(condition, dossier(evidence));
  expect(found.detail).toMatch(words);
  expect(found.met).toBe(met);
});

it('asks reviewers only where it says so, and leaves them out where it is asked whether one may clear', () => {
  const gate = gateOf(SETTLED, { review: 'cleared' });
  const settled = [came('settlement', 'verified')];
  expect(evaluateGate(gate, dossier(settled))).toMatchObject({
    open: false,
    onEvidence: true,
    conditions: [{ met: true }, { met: false }],
  });
  expect(evaluateGate(gate, dossier(settled, [], { state: 'clear' }))).toMatchObject({ open: true, onEvidence: true });
  expect(evaluateGate(gate, dossier([], [], { state: 'clear' }))).toMatchObject({ open: false, onEvidence: false });
  expect(evaluateGate(gateOf(SETTLED), dossier(settled))).toMatchObject({ open: true, onEvidence: true });
});

it('is shut by a reject that stands, whatever the evidence', () => {
  const rejected = dossier([came('settlement', 'verified')], [], { rejected: true });
  expect(evaluateGate(gateOf(SETTLED), rejected)).toMatchObject({ open: false, onEvidence: true, conditions: [{ met: true }] });
});

it('goes by the histories in the log, and by no status that is said beside them', () => {
  const claims = claimsAfter([]).map((claim) => ({ ...claim, status: 'verified' as const, facts: [fact('sha256', 'aa')] }));
  expect(asked(SETTLED, { ...dossier([]), claims }).met).toBe(false);
  expect(asked(APPROVED, { ...dossier([]), claims }).met).toBe(false);
});

it('is read strictly, and says what is wrong and where', () => {
  const known = new Set(['settlement']);
  const good = { gate: 'to send out', version: 2, require: [{ claim: 'settlement' }, { memory: 'all_standing' }] };
  expect(parseGate(good, known)).toEqual({ ...good, require: [{ claim: 'settlement', status: 'verified' }, { memory: 'all_standing' }] });
  const refused = (value: unknown, names?: ReadonlySet<string>): unknown => {
    try {
      return parseGate(value, names);
    } catch (error) {
      return error;
    }
  };
  const at = (path: string) => ({ code: 'gate_malformed', issues: [{ path, message: expect.any(String) }] });
  expect(refused({ ...good, more: 1 })).toMatchObject(at(''));
  expect(refused({ ...good, version: 0 })).toMatchObject(at('/version'));
  expect(refused({ ...good, require: [] })).toMatchObject(at('/require'));
  expect(refused({ ...good, require: [{ claim: 'settlement', status: 'pending' }] })).toMatchObject(at('/require/0'));
  expect(refused({ ...good, require: [{ memory: 'active_validated' }] })).toMatchObject(at('/require/0'));
  expect(refused({ ...good, require: [good.require[0], { claim: 'settlement', memory: 'all_standing' }] })).toMatchObject(at('/require/1'));
  const strange = { ...good, require: [{ claim: 'settlement' }, { claim: 'telepathy' }] };
  expect(refused(strange, known)).toMatchObject(at('/require/1/claim'));
  expect(refused(strange)).toMatchObject({ gate: 'to send out' });
  const many = { ...good, require: Array.from({ length: 60 }, () => ({ claim: 'x'.repeat(40) })) };
  expect(refused(many, known)).toMatchObject({ issues: { length: 20 }, message: expect.stringContaining('60') });
  expect(refused(null)).toMatchObject({ code: 'gate_malformed' });
});

it('is known by one hash, defaults filled in, whatever the order of keys', () => {
  const one = parseGate({ gate: 'g', version: 1, require: [{ claim: 'settlement' }] });
  const other = parseGate({ require: [{ status: 'verified', claim: 'settlement' }], version: 1, gate: 'g' });
  expect(gateSha256(one)).toBe(gateSha256(other));
  expect(gateSha256(one)).toMatch(/^[0-9a-f]{64}$/);
  expect(gateSha256(one)).not.toBe(gateSha256({ ...one, version: 2 }));
});
