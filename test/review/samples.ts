import type { CaseRow } from '../../schemas/case.ts';
import type { ClaimStanding } from '../../schemas/claims.ts';
import type { Fact } from '../../schemas/evidence.ts';
import { type GatePolicyGiven, GatePolicy } from '../../schemas/gate.ts';
import type { Check } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { ClaimKind, ReceiptFacts } from '../../src/claims/kind.ts';
import type { Piece } from '../../src/claims/piece.ts';
import { standClaims } from '../../src/claims/standing.ts';
import { formatInstant } from '../../src/core/instant.ts';

/** Claims, rows and gates to ask about: each is made from its arguments alone. */

export const NOW = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;

const digits = (n: number): string => n.toString(16).padStart(32, '0');
export const ids = {
  row: (n: number): string => `mem_${digits(n)}`,
  addendum: (n: number): string => `add_${digits(n)}`,
  reviewer: (n: number): string => `rev_${digits(n)}`,
  decision: (n: number): string => `dec_${digits(n)}`,
  case: (n: number): string => `cse_${digits(n)}`,
  desk: (n: number): string => `dsk_${digits(n)}`,
  receipt: (n: number): string => `rcp_${digits(n)}`,
  grant: (n: number): string => `grt_${digits(n)}`,
};

const kind = (claim: string, order: number, milestone?: ClaimKind['milestone']): ClaimKind => ({
  text: { claim, proves: `What ${claim} proves.`, doesNotProve: `What ${claim} does not prove.` },
  order,
  artifacts: {},
  ...(milestone === undefined ? {} : { milestone }),
});

/** Claims of a build of our own, so that nothing here depends on which there are. */
export const KINDS: readonly ClaimKind[] = [
  kind('payment', 1, 'paid'),
  kind('exchange', 2, 'signed'),
  kind('settlement', 3, 'settled'),
  kind('model', 4),
  kind('memory', 5),
];

const FACTS: ReceiptFacts = {
  receipt: ids.receipt(1),
  vault: 'ab'.repeat(32),
  issuedAt: NOW,
  model: { label: 'a-model' },
  conversation: null,
  app: null,
  tools: [],
  entry: 'cd'.repeat(32),
  outputSha256: 'ef'.repeat(32),
  requestSha256: null,
  context: null,
};

/** Where the receipt is in the log. */
export const RECEIPT_INDEX = 10;

/** One piece of evidence, in the order in which it came. */
export interface Came {
  readonly claim: string;
  readonly status: Exclude<ClaimStatus, 'absent'>;
  readonly logIndex: number;
  readonly checks?: readonly Check[];
  readonly facts?: readonly Fact[];
  readonly kind?: string;
  readonly reason?: Piece['reason'];
  /** The number of the piece that it looks at again. */
  readonly of?: number;
}

/** How the claims stand after all that came; `memory` is verified at issue and the others absent. */
export function claimsAfter(came: readonly Came[]): ClaimStanding[] {
  const pieces = came.map((one, at): Piece => ({
    number: at + 1,
    addendum: ids.addendum(at + 1),
    at: NOW + at,
    logIndex: one.logIndex,
    by: ids.grant(1),
    claim: one.claim,
    reason: one.reason ?? 'evidence',
    of: one.of === undefined ? null : ids.addendum(one.of),
    evidence: { kind: one.kind ?? 'note', digest: '11'.repeat(32), erased: false },
    judgement: { status: one.status, checks: one.checks ?? [], facts: one.facts ?? [] },
    trustSha256: '22'.repeat(32),
    nextLookAt: null,
  }));
  const memory = { claim: 'memory', status: 'verified', proves: '', doesNotProve: '', checks: [], evidence: [] } as const;
  const issued = {
    issuedAt: NOW,
    logIndex: RECEIPT_INDEX,
    by: ids.grant(1),
    claims: [{ ...memory, checks: [], evidence: [] }],
    receipt: FACTS,
  };
  return standClaims(issued, pieces, KINDS);
}

export const check = (name: string, status: ClaimStatus): Check => ({ check: name, status, detail: '' });
export const fact = (name: string, value: string): Fact => ({ name, value });

/** A row that was served active, cited, live then and now, and validated ten days ago. */
export function row(
  n: number,
  more: Partial<Omit<CaseRow, 'served' | 'now'>> & { served?: Partial<CaseRow['served']>; now?: Partial<CaseRow['now']> } = {},
): CaseRow {
  const { served, now, ...rest } = more;
  const lastValidatedAt = formatInstant(NOW - 10 * DAY);
  return {
    tag: `m${n}`,
    row: ids.row(n),
    version: 1,
    placement: 'active',
    cited: true,
    origin: 'user_stated',
    ageSeconds: 1000,
    lastValidatedAt,
    served: { tier: 'active', standing: 'live', ...served },
    now: { tier: 'active', standing: 'live', version: 1, lastValidatedAt, ...now },
    ...rest,
  };
}

export const gateOf = (...require: GatePolicyGiven['require']): GatePolicy =>
  GatePolicy.parse({ gate: 'to send out', version: 1, require });

export const daysAgo = (days: number): string => formatInstant(NOW - days * DAY);
