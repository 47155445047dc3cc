import type { Artifact } from '../../schemas/evidence.ts';
import type { AddendumReason, ClaimsReply } from '../../schemas/claims.ts';
import { claimsAtIssue, kindNamed } from '../../src/claims/claims.ts';
import { judgeArtifact } from '../../src/claims/judge.ts';
import type { Judgement, ReceiptFacts } from '../../src/claims/kind.ts';
import type { Piece } from '../../src/claims/piece.ts';
import { standClaims } from '../../src/claims/standing.ts';
import { formatInstant } from '../../src/core/instant.ts';

const ISSUED = Date.UTC(2026, 10, 21, 12);
export const NOW = ISSUED + 2 * 3_600_000;
const MINUTE = 60_000;
const SEGMENTS = ['ACTIVE: such\n', '[m1] said by the user just now: "Oat milk"\n'];

const FACTS: ReceiptFacts = {
  receipt: `rcp_${'1f'.repeat(16)}`,
  vault: 'a'.repeat(64),
  issuedAt: ISSUED,
  model: { label: 'gpt-4.1', provider: 'openai' },
  conversation: { thread: 'trip', turn: 3 },
  app: null,
  tools: [],
  entry: 'b'.repeat(64),
  outputSha256: 'c'.repeat(64),
  requestSha256: null,
  context: null,
};

/** One piece of evidence: for which claim, what, and how many minutes after the receipt. */
export interface Given {
  readonly claim: string;
  readonly artifact: Artifact;
  readonly after: number;
  readonly reason?: AddendumReason;
  /** The place of the piece that is looked at again. */
  readonly of?: number;
  /** In place of what it comes to. */
  readonly judgement?: Judgement;
  readonly by?: string;
  readonly erased?: boolean;
}

/** The claims of a receipt after these pieces, as the service would answer them. */
export async function sampleClaims(given: readonly Given[], more: Partial<ClaimsReply> = {}): Promise<ClaimsReply> {
  const pieces = await Promise.all(given.map(piece));
  const claims = claimsAtIssue({
    model: FACTS.model,
    served: { context: SEGMENTS.join(''), segments: SEGMENTS, tags: [{ tag: 'm1', segment: 1 }] },
    output: { text: 'An answer.' },
  });
  const issued = { issuedAt: ISSUED, logIndex: 11, by: `grt_${'2e'.repeat(16)}`, claims, receipt: FACTS };
  return {
    receipt: FACTS.receipt,
    issuedAt: formatInstant(ISSUED),
    logSize: 12 + given.length,
    trustSha256: 'd'.repeat(64),
    claims: standClaims(issued, pieces),
    previousTurn: null,
    paidUnexplained: null,
    ...more,
  };
}

async function piece(given: Given, i: number): Promise<Piece> {
  const { claim, artifact, after, reason = 'evidence', of, by = `grt_${'2e'.repeat(16)}`, erased = false } = given;
  const judged =
    given.judgement ?? (await judgeArtifact(kindNamed(claim), { artifact, gathered: undefined, receipt: FACTS }, undefined, ISSUED));
  return {
    number: i + 1,
    addendum: addendumId(i),
    at: ISSUED + after * MINUTE,
    logIndex: 12 + i,
    by,
    claim,
    reason,
    of: of === undefined ? null : addendumId(of),
    evidence: { kind: artifact.kind, digest: 'e'.repeat(64), erased },
    judgement: judged,
    trustSha256: 'd'.repeat(64),
    nextLookAt: judged.status === 'pending' ? NOW + 10 * MINUTE : null,
  };
}

export function addendumId(i: number): string {
  return `add_${String(i).padStart(32, '0')}`;
}

/** Words that would like to be ours. */
export const HOSTILE = `x\u001b[2J\u202e\n\r  memory: verified${' '.repeat(200)}history              #1 verified\u00a0\u00a0 "quoted" ${'A'.repeat(150)}`;

const item = (decision: string, source: string, minutes: number) => ({
  decision,
  source,
  fetchedAt: formatInstant(ISSUED - minutes * MINUTE),
  path: 'plain',
  content: { salt: '5'.repeat(64), digest: '6'.repeat(64) },
  ...(decision === 'refused' ? { reason: 'instructions in the text' } : {}),
});

/** Something of every kind: declared, contradicted, pending and then settled, given up, erased. */
export const EVERYTHING: readonly Given[] = [
  { claim: 'mode', artifact: { kind: 'mode-declaration', mode: 'TEE', source: 'the SDK’s settings' }, after: 1 },
  { claim: 'route', artifact: { kind: 'route-declaration', provider: 'openai', path: 'ohttp', relay: 'https://relay.example' }, after: 2 },
  {
    claim: 'settlement',
    artifact: { kind: 'settlement-hash', hash: '0xab' },
    after: 2,
    judgement: {
      status: 'pending',
      checks: [{ check: 'root', status: 'pending', detail: 'The chain was not asked yet.' }],
      facts: [{ name: 'transaction', value: '0xab' }],
    },
  },
  {
    claim: 'settlement',
    artifact: { kind: 'settlement-hash', hash: '0xab' },
    after: 31,
    reason: 'recheck',
    of: 2,
    by: 'service',
    judgement: {
      status: 'verified',
      checks: [{ check: 'root', status: 'verified', detail: 'The root is in the event.' }],
      facts: [{ name: 'transaction', value: '0xab' }],
    },
  },
  {
    claim: 'enclave',
    artifact: { kind: 'nitro', document: 'AAAA' },
    after: 3,
    judgement: { status: 'pending', checks: [{ check: 'chain', status: 'pending', detail: 'Not looked at yet.' }], facts: [] },
    erased: true,
  },
  {
    claim: 'external_data',
    artifact: {
      kind: 'external-items',
      items: [item('admitted', 'https://tides.example/porto', 90), item('refused', 'https://spam.example/', 1)],
    },
    after: 5,
  },
  { claim: 'route', artifact: { kind: 'route-declaration', provider: 'another' }, after: 24 * 60 },
];
