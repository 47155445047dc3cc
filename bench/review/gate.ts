import type { CaseRow } from '../../schemas/case.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import type { ClaimStanding, ClaimStep } from '../../schemas/claims.ts';
import { KINDS } from '../../src/claims/all-kinds.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { type Dossier, evaluateGate, parseGate } from '../../src/review/gate.ts';
import { type Figure, figureOf } from '../figure.ts';
import { middle, ratio, repeats, type Span, takeTurns } from '../pace.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const ROWS = 10;
const hex = (n: number, length: number): string => n.toString(16).padStart(length, '0');

/** What a careful desk would ask: three claims, a check, a fact, the memory in three ways, the review. */
const POLICY = {
  gate: 'to send out',
  version: 1,
  require: [
    { claim: 'settlement' },
    { claim: 'exchange' },
    { claim: 'memory' },
    { claim: 'enclave', check: 'quote' },
    { claim: 'model', fact: 'sha256', oneOf: [hex(1, 64), hex(2, 64)] },
    { memory: 'no_contested_cited' },
    { memory: 'all_standing' },
    { memory: 'active_validated', withinDays: 30 },
    { review: 'cleared' },
  ],
};

/** Gates judged a second, on a dossier of every claim with three steps each and of ten rows. */
export async function measureGate(span: Span): Promise<{ text: string; figures: Figure[] }> {
  const policy: GatePolicy = parseGate(POLICY, new Set(KINDS.map(({ text }) => text.claim)));
  const dossier = sample();
  const { open, conditions } = evaluateGate(policy, dossier);
  if (!open) throw new Error(`the gate of the measurement is shut: ${conditions.map(({ detail }) => detail).join(' ')}`);
  const text = JSON.stringify(dossier);
  const bytes = utf8(text);
  const [judged = [], parsed = [], hashed = []] = await takeTurns(
    span,
    repeats(() => evaluateGate(policy, dossier)),
    repeats((): unknown => JSON.parse(text)),
    repeats(() => sha256(bytes)),
  );
  const figure = figureOf(`judged, ${conditions.length} conditions on ${KINDS.length} claims and ${ROWS} rows`, middle(judged));
  const beside = (what: string, floor: typeof judged): Figure => ({
    ...figure,
    floor: { what, perSecond: middle(floor).perSecond, ratio: ratio(judged, floor) },
  });
  return {
    text:
      `A gate is judged on what is in memory: ${conditions.length} conditions, all of which hold, so that none is left out. Two floors over the same ` +
      `dossier as JSON, ${bytes.length.toLocaleString('en')} bytes: parsing it, and hashing it.`,
    figures: [beside('parsing the dossier', parsed), beside('SHA-256 of the dossier', hashed)],
  };
}

function sample(): Dossier {
  const claims = KINDS.map(({ text }, at): ClaimStanding => {
    const history = [step('issued', 'asserted', 10), step('evidence', 'pending', 20 + at), step('recheck', 'verified', 40 + at)];
    return {
      ...text,
      status: 'verified',
      checks: history[2]?.checks ?? [],
      evidence: [],
      facts: history[2]?.facts ?? [],
      history,
      nextLookAt: null,
    };
  });
  return { claims, rows: Array.from({ length: ROWS }, (_, n) => row(n)), rowsGone: 0, state: 'clear', rejected: false, now: NOW };
}

function step(reason: ClaimStep['reason'], status: ClaimStep['status'], logIndex: number): ClaimStep {
  const isIssued = reason === 'issued';
  return {
    status,
    reason,
    at: formatInstant(NOW + logIndex),
    logIndex,
    addendum: isIssued ? null : `add_${hex(logIndex, 32)}`,
    by: `grt_${hex(1, 32)}`,
    evidence: isIssued ? null : { kind: 'bench', digest: hex(logIndex, 64), erased: false },
    judged: status,
    checks: isIssued ? [] : ['quote', 'signature', 'sha256'].map((check) => ({ check, status, detail: 'As the artefact has it.' })),
    facts: isIssued ? [] : [{ name: 'sha256', value: hex(1, 64) }],
    trustSha256: isIssued ? null : hex(7, 64),
  };
}

function row(n: number): CaseRow {
  const lastValidatedAt = formatInstant(NOW - 86_400_000 * n);
  return {
    tag: `m${n + 1}`,
    row: `mem_${hex(n, 32)}`,
    version: 1,
    placement: 'active',
    cited: n % 2 === 0,
    origin: 'user_stated',
    ageSeconds: 1000,
    lastValidatedAt,
    served: { tier: 'active', standing: 'live' },
    now: { tier: 'active', standing: 'live', version: 1, lastValidatedAt },
  };
}
