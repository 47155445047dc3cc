import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { GatePolicyGiven } from '../../schemas/gate.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { afterHappening, foldCase, type Happening } from '../../src/review/case.ts';
import { claimAt } from '../../src/review/claim-at.ts';
import { evaluateGate } from '../../src/review/gate.ts';
import { check, claimsAfter, fact, gateOf, ids, KINDS, NOW, row } from './samples.ts';
import { PaperDesk } from './service.ts';

const STATUSES = ['asserted', 'pending', 'verified', 'failed'] as const;
const CLAIMS = KINDS.map(({ text }) => text.claim);
type Given = GatePolicyGiven['require'][number];

const evidence = fc.record({
  kind: fc.constant('evidence' as const),
  claim: fc.constantFrom(...CLAIMS),
  status: fc.constantFrom(...STATUSES),
  checks: fc.array(fc.record({ check: fc.constantFrom('one', 'two'), status: fc.constantFrom<ClaimStatus>(...STATUSES) }), {
    maxLength: 2,
  }),
  facts: fc.array(fc.record({ name: fc.constantFrom('sha256', 'blob_id'), value: fc.constantFrom('aa', 'bb') }), { maxLength: 1 }),
});
const person = fc.integer({ min: 1, max: 3 });
const decide = fc.record({
  kind: fc.constant('decide' as const),
  reviewer: person,
  key: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: person }),
  decision: fc.constantFrom('hold' as const, 'clear' as const, 'clear' as const, 'clear' as const, 'reject' as const),
  /** Plainly, as the first half of an override, or as the second of the last. */
  how: fc.constantFrom('plain' as const, 'first' as const, 'second' as const, 'second' as const),
});
const act = fc.oneof(
  { weight: 4, arbitrary: evidence },
  { weight: 5, arbitrary: decide },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('both' as const), reviewer: person, other: person }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('view' as const), reviewer: person }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand over' as const), reviewer: person, to: person }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('doubt' as const), doubted: fc.boolean() }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

const condition: fc.Arbitrary<Given> = fc.oneof(
  fc.record({ claim: fc.constantFrom(...CLAIMS), status: fc.constantFrom('asserted' as const, 'verified' as const) }),
  fc.record({ claim: fc.constantFrom(...CLAIMS), check: fc.constantFrom('one', 'two'), status: fc.constant('verified' as const) }),
  fc.record({
    claim: fc.constantFrom(...CLAIMS),
    fact: fc.constant('sha256'),
    oneOf: fc.constant(['aa']),
    status: fc.constant('asserted' as const),
  }),
  fc.record({ memory: fc.constantFrom('no_contested_cited' as const, 'all_standing' as const) }),
);
const gate = fc.array(condition, { minLength: 1, maxLength: 3 }).map((all) => gateOf(...all));

/** Does it, if it is allowed; says whether it was. */
function does(desk: PaperDesk, one: Act): boolean {
  if (one.kind === 'view') desk.view(one.reviewer);
  else if (one.kind === 'both') {
    const half = { kind: 'decide' as const, decision: 'clear' as const, key: null };
    return does(desk, { ...half, reviewer: one.reviewer, how: 'first' }) && does(desk, { ...half, reviewer: one.other, how: 'second' });
  } else if (one.kind === 'hand over') desk.handOver(one.reviewer, one.to);
  else if (one.kind === 'doubt') desk.rows.splice(0, 1, row(1, { now: { standing: one.doubted ? 'contested' : 'live' } }));
  else if (one.kind === 'evidence') {
    const { claim, status, checks, facts } = one;
    desk.add({
      claim,
      status,
      checks: checks.map((each) => check(each.check, each.status)),
      facts: facts.map((each) => fact(each.name, each.value)),
    });
  } else {
    const second = desk.folded.decisions.findLast(({ payload }) => payload.override !== null)?.payload.decisionId ?? ids.decision(1);
    const override = one.how === 'plain' ? null : { second: one.how === 'first' ? null : second };
    try {
      desk.decide({ decision: one.decision, reviewer: one.reviewer, override, ...(one.key === null ? {} : { key: one.key }) });
    } catch (error) {
      if (!isMemSyncError(error)) throw error;
      return false;
    }
  }
  return true;
}

/** What has cleared the case, in the order of the log: by evidence or by an override, as far as the happenings show it. */
function clearedBy(desk: PaperDesk): 'nothing' | 'evidence' | 'override' | 'neither' {
  const last = desk.folded.decisions.findLast(({ effective }) => effective);
  if (desk.folded.state !== 'clear' || last === undefined) return desk.folded.state === 'hold' ? 'nothing' : 'neither';
  if (last.payload.override === null) {
    // As the log had it then, worked out anew.
    const claims = desk.claims.map(({ claim, history }) => ({
      claim,
      history: history.filter(({ logIndex }) => logIndex < last.logIndex),
    }));
    const about = { claims, rows: [], rowsGone: 0, state: 'hold' as const, rejected: false, now: NOW };
    const onClaims = gateOf(...desk.gate.require.filter((one) => 'claim' in one), { review: 'cleared' });
    return evaluateGate(onClaims, about).onEvidence && desk.found.get(last.logIndex)?.onEvidence === true ? 'evidence' : 'neither';
  }
  const first = desk.folded.decisions.find(({ payload }) => payload.decisionId === last.payload.override?.second);
  const isByTwo =
    first !== undefined && first.payload.reviewer !== last.payload.reviewer && first.key !== last.key && first.logIndex < last.logIndex;
  return isByTwo && first.payload.override?.second === null && first.payload.decision === 'clear' ? 'override' : 'neither';
}

it('no order of evidence, failures, viewings, overrides and decisions clears a case without an override whose gate was shut', () => {
  const seen = { evidence: 0, override: 0, nothing: 0, reopened: 0, refused: 0 };
  fc.assert(
    fc.property(gate, fc.array(act, { minLength: 5, maxLength: 30, size: 'max' }), (policy, acts) => {
      const desk = new PaperDesk(policy, [row(1)]);
      for (const one of acts) {
        const before = desk.folded;
        const failed = new Set(desk.claims.filter(({ status }) => status === 'failed').map(({ claim }) => claim));
        const was = does(desk, one);
        if (!was) seen.refused += 1;
        const by = clearedBy(desk);
        expect(by).not.toBe('neither');
        if (by !== 'neither') seen[by] += 1;
        const fails = desk.claims.some(({ claim, status }) => status === 'failed' && !failed.has(claim));
        if (!fails) continue;
        expect(desk.folded.state).toBe('hold');
        expect(desk.folded.reopened).toBe(before.reopened + (before.state === 'clear' ? 1 : 0));
        if (before.state === 'clear') seen.reopened += 1;
      }
      expect(foldCase(desk.happenings)).toEqual(desk.folded);
      expect(desk.folded.reopened).toBe(desk.happenings.filter(({ happened }) => happened.kind === 'reopened').length);
    }),
    { numRuns: 300 },
  );
  expect(seen).toSatisfy((counts: typeof seen) => Math.min(...Object.values(counts)) > 30);
});

it('nothing that is said to have happened clears a case whose gate was shut, but two people', () => {
  const source = new PaperDesk(gateOf({ claim: 'settlement' }), [row(1)]);
  const half = source.decide({ decision: 'clear', reviewer: 1, override: { second: null } });
  const pool: Happening[] = [];
  source.decide({ decision: 'clear', reviewer: 2, override: { second: half } });
  source.decide({ decision: 'hold', reviewer: 3 });
  source.decide({ decision: 'reject', reviewer: 1 });
  source.add({ claim: 'settlement', status: 'verified' });
  source.decide({ decision: 'clear', reviewer: 1 });
  source.add({ claim: 'settlement', status: 'failed' });
  source.view(2);
  source.handOver(2, 3);
  pool.push(...source.happenings.slice(1));
  const [opened] = source.happenings;
  if (opened === undefined) throw new Error('opened');
  const flags = fc.record({ at: fc.nat({ max: pool.length - 1 }), gateOpen: fc.boolean(), effective: fc.boolean(), as: fc.boolean() });
  let cleared = 0;
  fc.assert(
    fc.property(fc.array(flags, { maxLength: 12 }), (picked) => {
      let folded = foldCase([opened]);
      for (const { at, gateOpen, effective, as } of picked) {
        const one = pool[at];
        if (one === undefined) continue;
        const { happened } = one;
        const told = happened.kind === 'decided' && as ? { ...happened, gateOpen, effective } : happened;
        try {
          folded = afterHappening(folded, { ...one, number: folded.revision, happened: told });
        } catch (error) {
          expect(error).toMatchObject({ code: 'bundle_malformed' });
        }
        if (folded.state === 'hold') continue;
        cleared += 1;
        const last = folded.decisions.findLast((made) => made.effective);
        expect(last?.payload.decision).toBe('clear');
        expect(last?.payload.override === null ? last.gateOpen : folded.override?.second).toBeTruthy();
      }
    }),
    { numRuns: 1000 },
  );
  expect(cleared).toBeGreaterThan(100);
});

it('evidence for one claim changes no condition on another, and none on memory', () => {
  let changed = 0;
  fc.assert(
    fc.property(gate, fc.array(evidence, { maxLength: 12, size: 'max' }), evidence, fc.nat({ max: 12 }), (policy, before, one, at) => {
      const came = (all: (typeof one)[]) =>
        claimsAfter(
          all.map((each, i) => ({
            ...each,
            kind: 'note',
            logIndex: 11 + i,
            checks: each.checks.map((some) => check(some.check, some.status)),
          })),
        );
      const judged = (all: (typeof one)[]) =>
        evaluateGate(policy, { claims: came(all), rows: [row(1)], rowsGone: 0, state: 'hold', rejected: false, now: NOW }).conditions;
      const [without, along] = [judged(before), judged(before.toSpliced(at, 0, one))];
      for (const [i, outcome] of without.entries()) {
        const isOwn = 'claim' in outcome.condition && outcome.condition.claim === one.claim;
        if (!isOwn) expect(along[i]?.met).toBe(outcome.met);
        else if (along[i]?.met !== outcome.met) changed += 1;
      }
    }),
    { numRuns: 1000 },
  );
  expect(changed).toBeGreaterThan(20);
});

it('what was paid opens no gate that does not name it', () => {
  const unpaid = gate.filter(({ require }) => require.every((one) => !('claim' in one) || one.claim !== 'payment'));
  let shut = 0;
  fc.assert(
    fc.property(unpaid, fc.array(evidence, { maxLength: 8 }), (policy, all) => {
      const open = (some: (typeof all)[number][]): boolean => {
        const claims = claimsAfter(
          some.map((each, i) => ({
            ...each,
            kind: 'note',
            logIndex: 11 + i,
            checks: each.checks.map((one) => check(one.check, one.status)),
          })),
        );
        return evaluateGate(policy, { claims, rows: [row(1)], rowsGone: 0, state: 'hold', rejected: false, now: NOW }).open;
      };
      const verified = 'verified' as const;
      const paid = {
        kind: 'evidence' as const,
        claim: 'payment',
        status: verified,
        checks: [{ check: 'one' as const, status: verified }],
        facts: [],
      };
      const without = open(all);
      if (!without) shut += 1;
      expect(open([...all, paid])).toBe(without);
    }),
    { numRuns: 500 },
  );
  expect(shut).toBeGreaterThan(100);
});

it('a claim stands at a size of the log as it stood when the log had that size', () => {
  fc.assert(
    fc.property(fc.array(evidence, { minLength: 1, maxLength: 12 }), fc.nat({ max: 14 }), (all, after) => {
      const came = all.map((each, i) => ({
        ...each,
        kind: 'note',
        logIndex: 11 + i,
        checks: each.checks.map((one) => check(one.check, one.status)),
      }));
      const then = claimsAfter(came.slice(0, after));
      for (const [i, claim] of claimsAfter(came).entries()) {
        const { status, steps } = claimAt(claim, 11 + after);
        expect(status).toBe(then[i]?.status);
        expect(steps).toEqual(then[i]?.history);
      }
    }),
    { numRuns: 500 },
  );
});
