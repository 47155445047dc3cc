import { KINDS } from '../../src/claims/all-kinds.ts';
import { absentClaim } from '../../src/claims/claims.ts';
import type { Judgement, ReceiptFacts } from '../../src/claims/kind.ts';
import type { Piece } from '../../src/claims/piece.ts';
import type { Issued } from '../../src/claims/standing.ts';
import type { Check } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';

export const AT = Date.parse('2026-03-01T12:00:00.000Z');
export const GRANT = `grt_${'0'.repeat(32)}`;

export const RECEIPT: ReceiptFacts = {
  receipt: `rcp_${'0'.repeat(32)}`,
  vault: 'aa'.repeat(32),
  issuedAt: AT,
  model: { label: 'a-model', provider: 'a-provider' },
  conversation: null,
  app: null,
  tools: [],
  entry: 'bb'.repeat(32),
  outputSha256: 'cc'.repeat(32),
  requestSha256: null,
  context: null,
};

/** A receipt of whose claims the named ones stand so at issue, each by a check `issued`; the others are absent. */
export function issued(statuses: Readonly<Record<string, ClaimStatus>> = {}): Issued {
  const names = new Set([...KINDS.map(({ text }) => text.claim), ...Object.keys(statuses)]);
  const claims = [...names].map((claim) => {
    const status = statuses[claim] ?? 'absent';
    const text = KINDS.find((kind) => kind.text.claim === claim)?.text ?? { claim, proves: '', doesNotProve: '' };
    return { ...absentClaim(text), status, checks: status === 'absent' ? [] : [check('issued', status)] };
  });
  return { issuedAt: AT, logIndex: 7, by: GRANT, claims, receipt: RECEIPT };
}

export function check(name: string, status: ClaimStatus): Check {
  return { check: name, status, detail: `${name}: ${status}` };
}

export function addendum(number: number): string {
  return `add_${String(number).padStart(32, '0')}`;
}

/** A piece for the claim `payment` unless another is named: a minute and a place in the log after the one before. */
export function piece(number: number, status: Judgement['status'], more: Partial<Piece> & { facts?: Record<string, string> } = {}): Piece {
  const { facts = {}, ...rest } = more;
  return {
    number,
    addendum: addendum(number),
    at: AT + number * 60_000,
    logIndex: 7 + number,
    by: GRANT,
    claim: 'payment',
    reason: 'evidence',
    of: null,
    evidence: { kind: 'sample.v1', digest: String(number).padStart(64, '0'), erased: false },
    judgement: {
      status,
      checks: [check(`c${number}`, status)],
      facts: Object.entries(facts).map(([name, value]) => ({ name, value })),
    },
    trustSha256: 'dd'.repeat(32),
    nextLookAt: null,
    ...rest,
  };
}

/** The piece of that number, looked at again, or given up. */
export function look(number: number, of: number, status: Judgement['status'], more: Parameters<typeof piece>[2] = {}): Piece {
  return piece(number, status, { reason: 'recheck', by: 'service', of: addendum(of), ...more });
}
