import { beforeEach, expect, it } from 'vitest';
import { afterHappening, foldCase, type Happening } from '../../src/review/case.ts';
import { signDecision } from '../../src/review/decision.ts';
import { requireShown } from '../../src/review/shown.ts';
import { check, gateOf, ids } from './samples.ts';
import { type Asked, keyOf, PaperDesk } from './service.ts';

let desk: PaperDesk;

beforeEach(() => {
  desk = new PaperDesk(gateOf({ claim: 'settlement' }));
});

const caught = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const refused = (asked: Asked): unknown => caught(() => desk.decide(asked));
const settle = (): boolean => desk.add({ claim: 'settlement', status: 'verified' });

it('is on hold until it is cleared with its gate open', () => {
  expect(desk.folded).toMatchObject({ state: 'hold', assigned: null, reopened: 0, rejected: null, override: null, revision: 1 });
  expect(refused({ decision: 'clear', reviewer: 1 })).toMatchObject({
    code: 'gate_not_open',
    issues: [{ path: '/require/0', message: expect.stringContaining('settlement') }],
  });
  desk.add({ claim: 'payment', status: 'verified' });
  expect(refused({ decision: 'clear', reviewer: 1 })).toMatchObject({ code: 'gate_not_open' });
  settle();
  const id = desk.decide({ decision: 'clear', reviewer: 1 });
  expect(desk.folded).toMatchObject({ state: 'clear', rejected: null, override: null });
  expect(desk.folded.decisions).toMatchObject([{ payload: { decisionId: id }, gateOpen: true, effective: true, unheard: [] }]);
  desk.decide({ decision: 'hold', reviewer: 2 });
  expect(desk.folded.state).toBe('hold');
});

it('is rejected until another decision is in force', () => {
  settle();
  const id = desk.decide({ decision: 'reject', reviewer: 1 });
  expect(desk.folded).toMatchObject({ state: 'hold', rejected: id });
  expect(desk.standing()).toMatchObject({ open: false, onEvidence: true });
  desk.decide({ decision: 'hold', reviewer: 1 });
  expect(desk.folded.rejected).toBeNull();
  desk.decide({ decision: 'reject', reviewer: 1 });
  desk.decide({ decision: 'clear', reviewer: 2 });
  expect(desk.folded).toMatchObject({ state: 'clear', rejected: null });
});

it('is handed over, and looked at, without any other change', () => {
  desk.handOver(1, 2);
  expect(desk.folded.assigned).toBe(ids.reviewer(2));
  const before = desk.folded;
  desk.view(2);
  expect(desk.folded).toEqual({ ...before, revision: before.revision + 1 });
});

it('takes no decision on a screen that shows something else by now, but for who has looked since', () => {
  const first = desk.view(1);
  desk.view(2);
  desk.view(3);
  desk.decide({ decision: 'hold', reviewer: 1, seen: first });
  const moved = (change: () => unknown): unknown => {
    const seen = desk.view(1);
    change();
    return refused({ decision: 'hold', reviewer: 1, seen });
  };
  const isMoved = { code: 'case_moved' };
  expect(moved(() => desk.add({ claim: 'model', status: 'asserted' }))).toMatchObject(isMoved);
  expect(moved(() => desk.handOver(1, 2))).toMatchObject(isMoved);
  expect(moved(() => desk.decide({ decision: 'hold', reviewer: 2 }))).toMatchObject(isMoved);
  const seen = desk.view(1);
  const told = (change: object): unknown => refused({ decision: 'hold', reviewer: 1, seen: { ...seen, ...change } });
  expect(told({ claims: { ...seen.claims, settlement: 'verified' } })).toMatchObject(isMoved);
  expect(told({ gateOpen: true })).toMatchObject(isMoved);
  expect(told({ revision: seen.revision + 1 })).toMatchObject(isMoved);
  expect(told({ logSize: desk.size + 1 })).toMatchObject(isMoved);
  expect(told({})).toBeTypeOf('string');
});

it('takes no decision that is about something else, or twice', () => {
  const about = (change: object): unknown =>
    caught(() => desk.decide({ decision: 'hold', reviewer: 1 }, { ...desk.payload({ decision: 'hold', reviewer: 1 }), ...change }));
  const changes = [{ case: ids.case(2) }, { receipt: ids.receipt(2) }, { desk: ids.desk(2) }, { gateSha256: '00'.repeat(32) }];
  for (const change of [...changes, { override: { second: null } }]) expect(about(change)).toMatchObject({ code: 'decision_malformed' });
  const decisionId = desk.decide({ decision: 'hold', reviewer: 1 });
  expect(about({ decisionId })).toMatchObject({ code: 'decision_malformed' });
  expect(about({})).toBeTypeOf('string');
});

it('does not count one signature twice, nor one for a screen of before what has happened since', () => {
  settle();
  const seen = desk.view(1);
  const unused = desk.payload({ decision: 'clear', reviewer: 1, seen });
  desk.decide({ decision: 'clear', reviewer: 1, seen });
  desk.add({ claim: 'settlement', status: 'failed' });
  expect(desk.folded).toMatchObject({ state: 'hold', reopened: 1 });
  const made = desk.happenings.find(({ happened }) => happened.kind === 'decided');
  if (made?.happened.kind !== 'decided') throw new Error('nothing was decided');
  const { happened } = made;
  // As a service would have it that keeps what reviewers have signed.
  const after = (changed: typeof happened): Happening[] => [
    ...desk.happenings,
    { ...made, number: desk.folded.revision, logIndex: desk.size, happened: changed },
  ];
  expect(() => foldCase(after(happened))).toThrow('one decision twice');
  const late = after({ ...happened, envelope: signDecision(keyOf(1), { ...unused, decisionId: ids.decision(7) }) });
  expect(() => requireShown(late, foldCase(late))).toThrow('on a screen of before statement');
  expect(() => requireShown(desk.happenings, desk.folded)).not.toThrow();
});

it('is cleared with its gate shut by two people with two keys, whose reason stays', () => {
  const first = desk.decide({ decision: 'clear', reviewer: 1, override: { second: null }, reason: 'The customer waits.' });
  expect(desk.folded).toMatchObject({ state: 'hold', override: { decision: first, second: null }, waiting: { effective: false } });
  const second = { second: first };
  expect(refused({ decision: 'clear', reviewer: 1, override: second })).toMatchObject({ code: 'second_reviewer_needed' });
  expect(refused({ decision: 'clear', reviewer: 1, key: 2, override: second })).toMatchObject({ code: 'second_reviewer_needed' });
  expect(refused({ decision: 'clear', reviewer: 2, key: 1, override: second })).toMatchObject({ code: 'second_reviewer_needed' });
  expect(refused({ decision: 'clear', reviewer: 2, override: { second: ids.decision(7) } })).toMatchObject({
    code: 'second_reviewer_needed',
  });
  expect(refused({ decision: 'clear', reviewer: 2 })).toMatchObject({ code: 'gate_not_open' });
  desk.view(2);
  desk.decide({ decision: 'clear', reviewer: 2, override: second, reason: 'I agree.' });
  const override = { decision: first, reviewer: ids.reviewer(1), reason: 'The customer waits.', second: ids.reviewer(2) };
  expect(desk.folded).toMatchObject({ state: 'clear', override, overridden: true, waiting: null });
  expect(desk.standing()).toMatchObject({ open: false, onEvidence: false });
  expect(refused({ decision: 'clear', reviewer: 3, override: { second: null } })).toMatchObject({ code: 'decision_malformed' });
  desk.decide({ decision: 'hold', reviewer: 3 });
  expect(desk.folded).toMatchObject({ state: 'hold', override });
  const again = desk.decide({ decision: 'clear', reviewer: 3, override: { second: null } });
  expect(desk.folded.override).toMatchObject({ decision: again, second: null });
  desk.decide({ decision: 'reject', reviewer: 1 });
  expect(desk.folded).toMatchObject({ override, overridden: false, waiting: null });
  settle();
  desk.decide({ decision: 'clear', reviewer: 1 });
  expect(desk.folded).toMatchObject({ state: 'clear', override, overridden: false });
});

it('needs both halves of an override anew once another decision was made, or claims have come to stand otherwise', () => {
  const half = (): { second: string } => ({ second: desk.decide({ decision: 'clear', reviewer: 1, override: { second: null } }) });
  const lapsed = half();
  desk.decide({ decision: 'hold', reviewer: 3 });
  expect(refused({ decision: 'clear', reviewer: 2, override: lapsed })).toMatchObject({ code: 'second_reviewer_needed' });
  const other = half();
  desk.add({ claim: 'model', status: 'failed' });
  expect(refused({ decision: 'clear', reviewer: 2, override: other })).toMatchObject({ code: 'second_reviewer_needed' });
  const open = half();
  settle();
  expect(refused({ decision: 'clear', reviewer: 2, override: open })).toMatchObject({ code: 'decision_malformed' });
  expect(refused({ decision: 'clear', reviewer: 2, override: { second: null } })).toMatchObject({ code: 'decision_malformed' });
  expect(desk.folded.state).toBe('hold');
});

it('is reopened by a claim that fails after it was cleared, whether or not its gate names it', () => {
  settle();
  desk.decide({ decision: 'clear', reviewer: 1 });
  expect(desk.add({ claim: 'model', status: 'failed', checks: [check('sha256', 'failed')] })).toBe(true);
  expect(desk.folded).toMatchObject({ state: 'hold', reopened: 1 });
  expect(desk.add({ claim: 'exchange', status: 'failed' })).toBe(false);
  desk.decide({ decision: 'clear', reviewer: 1 });
  expect(desk.add({ claim: 'settlement', status: 'failed' })).toBe(true);
  expect(desk.folded).toMatchObject({ state: 'hold', reopened: 2 });
  expect(refused({ decision: 'clear', reviewer: 1 })).toMatchObject({ code: 'gate_not_open' });
});

it('is no case where its statements do not follow from one another', () => {
  settle();
  desk.view(1);
  desk.decide({ decision: 'clear', reviewer: 1 });
  const [opened, viewed, decided] = desk.happenings;
  if (opened === undefined || viewed === undefined || decided?.happened.kind !== 'decided') throw new Error('three things happened');
  const broken = expect.objectContaining({ code: 'bundle_malformed' });
  const numbered = (...all: Happening[]): Happening[] => all.map((one, number) => ({ ...one, number }));
  const cleared = decided.happened;
  expect(foldCase([opened, viewed, decided])).toEqual(desk.folded);
  expect(() => foldCase([])).toThrow(broken);
  expect(() => foldCase(numbered(viewed, opened))).toThrow(broken);
  expect(() => foldCase(numbered(opened, opened))).toThrow(broken);
  expect(() => foldCase([opened, decided])).toThrow(broken);
  expect(() => foldCase([opened, viewed, { ...decided, by: ids.reviewer(2) }])).toThrow(broken);
  expect(() => foldCase([opened, viewed, { ...decided, happened: { ...cleared, gateOpen: false } }])).toThrow(broken);
  expect(() => foldCase([opened, viewed, { ...decided, happened: { ...cleared, effective: false } }])).toThrow(broken);
  const reopened: Happening = { ...viewed, happened: { kind: 'reopened', claim: 'model', addendum: ids.addendum(1) } };
  expect(() => foldCase(numbered(opened, reopened))).toThrow(broken);
  expect(afterHappening(desk.folded, { ...reopened, number: 3 })).toMatchObject({ state: 'hold', reopened: 1 });
});
