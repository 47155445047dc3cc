import { Case, type CaseDecision, type CaseMoment, type CaseRow } from '../../schemas/case.ts';
import type { ClaimStanding, ClaimStep } from '../../schemas/claims.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { CLAIMS } from '../../src/claims/claims.ts';

const hex = (byte: string, length: number): string => byte.repeat(length);
export const ANNA = { id: `rev_${hex('a1', 16)}`, name: 'anna', key: hex('aa', 32) };
export const BEN = { id: `rev_${hex('b2', 16)}`, name: 'ben', key: hex('bb', 32) };
const CASE_ID = `cse_${hex('c3', 16)}`;
const RECEIPT = `rcp_${hex('d4', 16)}`;
const DESK = { id: `dsk_${hex('e5', 16)}`, name: 'releases' };
const GRANT = `grt_${hex('f6', 16)}`;
const GATE_SHA = hex('9a', 32);

/** The case's instants are minutes of this hour. */
const at = (minute: number): string => `2026-11-20T09:${String(minute).padStart(2, '0')}:12.000Z`;
export const NOW = Date.parse('2026-11-21T10:00:00.000Z');

/** A claim that came to each status in turn, a minute each. */
export function claim(name: string, statuses: readonly ClaimStatus[], more: Partial<ClaimStanding> = {}): ClaimStanding {
  const words = CLAIMS.find((one) => one.claim === name);
  const history = statuses.map((status, i): ClaimStep => ({
    status,
    reason: i === 0 ? 'issued' : 'evidence',
    at: at(30 + i),
    logIndex: 10 + i,
    addendum: i === 0 ? null : `add_${hex('07', 16)}`,
    by: GRANT,
    evidence: null,
    judged: status,
    checks: [],
    facts: [],
    trustSha256: null,
  }));
  const status = statuses.at(-1) ?? 'absent';
  return {
    claim: name,
    status,
    proves: words?.proves ?? '',
    doesNotProve: words?.doesNotProve ?? '',
    checks: [],
    evidence: [],
    facts: [],
    history,
    nextLookAt: null,
    ...more,
  };
}

export function row(tag: string, more: Partial<CaseRow> = {}): CaseRow {
  return {
    tag,
    row: `mem_${hex(tag.replace('m', '').padStart(2, '0'), 16)}`,
    version: 1,
    placement: 'active',
    cited: true,
    origin: 'user_stated',
    ageSeconds: 100 * 86_400,
    lastValidatedAt: '2026-11-08T09:00:00.000Z',
    served: { tier: 'active', standing: 'live' },
    now: { tier: 'active', standing: 'live', version: 1, lastValidatedAt: '2026-11-08T09:00:00.000Z' },
    ...more,
  };
}

export function moment(what: CaseMoment['what'], logIndex: number, more: Partial<CaseMoment> = {}): CaseMoment {
  return {
    what,
    at: at(30 + (logIndex % 29)),
    logIndex,
    by: { id: 'service', name: null },
    detail: '',
    claim: null,
    decision: null,
    screen: null,
    ...more,
  };
}

/** A decision by anna on the case as it was at 20 entries; unsigned, since nothing here is checked. */
export function decision(kind: CaseDecision['payload']['decision'], more: Partial<CaseDecision> & { reason?: string } = {}): CaseDecision {
  const { reason = 'The settlement is on the chain.', ...rest } = more;
  return {
    payload: {
      decisionId: `dec_${hex('1d', 16)}`,
      case: CASE_ID,
      desk: DESK.id,
      receipt: RECEIPT,
      reviewer: ANNA.id,
      decision: kind,
      reason,
      basis: { claims: ['settlement'], rows: [`mem_${hex('01', 16)}`] },
      gateSha256: GATE_SHA,
      seen: seen(),
      override: null,
      signedAt: Date.parse(at(50)),
    },
    envelope: { payloadType: 'application/vnd.memsync.decision.v1+json', payload: '', signatures: [{ keyid: '', sig: '' }] },
    reviewer: ANNA,
    logIndex: 20,
    at: at(50),
    gateOpen: true,
    unheard: [
      { claim: 'payment', status: 'pending' },
      { claim: 'enclave', status: 'absent' },
    ],
    effective: true,
    beforeProof: false,
    ...rest,
  };
}

function seen(): Case['seen'] {
  return { revision: 4, logSize: 20, claims: { memory: 'verified', settlement: 'verified', payment: 'pending' }, gateOpen: true };
}

/** A case as a service might show it; checked against the contract. */
export function sampleCase(more: Partial<Case> = {}): Case {
  return Case.parse({
    id: CASE_ID,
    desk: DESK,
    vault: hex('0f', 32),
    receipt: RECEIPT,
    openedAt: at(40),
    state: 'hold',
    assigned: null,
    decidedBeforeProof: false,
    reopened: 0,
    revision: 4,
    judgement: 'not assessed',
    note: 'Goes out to all customers on Friday.',
    openedBy: GRANT,
    answer: {
      issuedAt: at(30),
      evaluatedAt: at(29),
      outputSha256: hex('77', 32),
      model: 'large-model',
      provider: 'north',
      thread: 'letters',
      turn: 3,
    },
    gate: {
      policy: {
        gate: 'release',
        version: 2,
        require: [
          { claim: 'settlement', status: 'verified' },
          { memory: 'no_contested_cited' },
          { memory: 'active_validated', withinDays: 30 },
        ],
      },
      sha256: GATE_SHA,
      open: false,
      conditions: [
        { condition: { claim: 'settlement', status: 'verified' }, met: true, detail: 'settlement is verified' },
        { condition: { memory: 'no_contested_cited' }, met: false, detail: 'm2 is contested' },
        { condition: { memory: 'active_validated', withinDays: 30 }, met: true, detail: 'every active row is confirmed' },
      ],
    },
    claims: [
      claim('memory', ['verified']),
      claim('output', ['verified']),
      claim('payment', ['absent', 'asserted', 'pending'], { nextLookAt: '2026-11-21T10:04:00.000Z' }),
      claim('settlement', ['absent', 'asserted', 'pending', 'verified'], { facts: [{ name: 'network', value: 'eip155:8453' }] }),
      claim('model', ['asserted', 'failed'], {
        facts: [{ name: 'sha256', value: hex('5e', 32) }],
        checks: [{ check: 'contradiction', status: 'failed', detail: 'two pieces name different artefacts' }],
      }),
      claim('route', ['asserted'], { facts: [{ name: 'provider', value: 'north' }] }),
      claim('enclave', ['absent']),
      claim('exchange', ['absent']),
      claim('mode', ['absent']),
      claim('external_data', ['absent']),
    ],
    rows: [
      row('m1'),
      row('m2', { now: { tier: 'background', standing: 'contested', version: 1, lastValidatedAt: null }, lastValidatedAt: null }),
      row('m3', { cited: false }),
    ],
    rowsGone: 0,
    decisions: [],
    override: null,
    timeline: [
      moment('retrieved', 9),
      moment('answered', 10),
      moment('pending', 12, { claim: 'payment', detail: 'payment' }),
      moment('settled', 13, { claim: 'settlement', detail: 'settlement is verified' }),
      moment('opened', 15, { by: { id: GRANT, name: null } }),
      moment('viewed', 18, { by: { id: ANNA.id, name: 'anna' }, screen: seen() }),
    ],
    logSize: 20,
    seen: seen(),
    ...more,
  });
}
