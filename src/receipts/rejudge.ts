import type { ClaimStanding } from '../../schemas/claims.ts';
import { type Claim, STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { KINDS } from '../claims/all-kinds.ts';
import { readArtifact } from '../claims/artifact.ts';
import { judgeArtifact } from '../claims/judge.ts';
import type { Judgement, ReceiptFacts } from '../claims/kind.ts';
import type { Piece } from '../claims/piece.ts';
import { standClaims } from '../claims/standing.ts';
import type { ClaimTrust } from '../claims/trust.ts';
import { readEvidence } from './disclosure-file.ts';
import { receiptFactsOf } from './receipt-facts.ts';
import { parseStatement } from './statement.ts';
import { isCheckedHere, recordedClaims } from './verdict-claims.ts';
import type { Verdict } from './verdict.ts';
import type { VerdictAddendum } from './verify-addenda.ts';

/** One piece of evidence, judged again. */
export interface Rejudged {
  readonly number: number;
  readonly claim: string;
  /** What the service recorded. */
  readonly recorded: ClaimStatus;
  /** What it comes to here, by the trust that was given; null where the artefact was not handed on. */
  readonly here: ClaimStatus | null;
}

/** What evidence comes to for somebody who judges it for themselves. */
export interface Rejudgement {
  readonly pieces: readonly Rejudged[];
  /**
   * The claims by what was judged here. Of what could not be, the service’s record counts as its word: what it called verified is asserted.
   * `memory` and `output` stand as in the verdict.
   */
  readonly claims: readonly ClaimStanding[];
}

/**
 * Judges the artefacts of a bundle that came with its addenda once more, each as of the instant of its addendum, by somebody’s own trust. `given` is
 * what `verifyBundle` was given for `verdict`, which has shown that the artefacts are those that were signed for. What was fetched from outside
 * is taken as it was kept. @throws {MemSyncError} `receipt_mismatch` when the verdict is of another bundle, or of none whose signature holds
 */
export async function rejudge(given: unknown, verdict: Verdict, trust: ClaimTrust): Promise<Rejudgement> {
  const { receipt, logIndex, atIssue } = readFacts(given, verdict);
  const judged: { readonly piece: Piece; readonly result: Rejudged }[] = [];
  const opened = new Map(verdict.addenda.flatMap(({ digest, evidence }) => (evidence === null ? [] : [[digest, evidence] as const])));
  for (const addendum of verdict.addenda) {
    // A second look that brought nothing new names the evidence of the first, and has none of its own.
    const here = await judgeAgain({ ...addendum, evidence: opened.get(addendum.digest) ?? null }, receipt, trust);
    const { number, claim } = addendum;
    judged.push({
      piece: pieceOf(addendum, here, trust),
      result: { number, claim, recorded: addendum.judged.status, here: here?.status ?? null },
    });
  }
  const issued = { issuedAt: receipt.issuedAt, logIndex, by: 'service', claims: atIssue, receipt };
  const pieces = judged.map(({ piece }) => piece).filter(({ claim }) => !isCheckedHere(claim));
  return { pieces: judged.map(({ result }) => result), claims: standClaims(issued, pieces) };
}

async function judgeAgain(
  { claim, evidence, at, reason, judged }: VerdictAddendum,
  receipt: ReceiptFacts,
  trust: ClaimTrust,
): Promise<Judgement | null> {
  // That nobody looks any more is no judgement of the evidence.
  if (evidence === null || reason === 'given_up') return null;
  const kind = KINDS.find(({ text }) => text.claim === claim) ?? null;
  try {
    const { artifact, gathered } = evidence;
    if (kind !== null) readArtifact(claim, artifact);
    return await judgeArtifact(kind, { artifact, gathered, receipt }, trust.of(claim), at);
  } catch (error) {
    // Refused here, where the service took it: it does not hold, and says so beside what was recorded.
    if (!(error instanceof MemSyncError)) throw error;
    return {
      status: 'failed',
      checks: [{ check: 'judging', status: 'failed', detail: error.message }, ...judged.checks.map(toWord)],
      facts: [],
    };
  }
}

function pieceOf(addendum: VerdictAddendum, here: Judgement | null, trust: ClaimTrust): Piece {
  const { number, at, by, claim, reason, of, kind, digest, log, judged, trustSha256 } = addendum;
  return {
    number,
    addendum: addendum.addendum,
    at,
    by,
    claim,
    reason,
    of,
    logIndex: log.index,
    evidence: { kind, digest, erased: addendum.evidence === null },
    judgement: here ?? { status: asWord(judged.status), checks: judged.checks.map(toWord), facts: [] },
    trustSha256: here === null ? trustSha256 : trust.sha256,
    nextLookAt: null,
  };
}

function asWord(status: ClaimStatus): Judgement['status'] {
  return status === 'verified' || status === 'absent' ? 'asserted' : status;
}

function toWord({ check, status }: VerdictAddendum['judged']['checks'][number]): Judgement['checks'][number] {
  return { check, status: asWord(status), detail: `The service recorded “${status}”; not judged again here.` };
}

/** What the receipt says of its answer, as far as the bundle shows it. */
function readFacts(
  given: unknown,
  verdict: Verdict,
): { readonly receipt: ReceiptFacts; readonly logIndex: number; readonly atIssue: Claim[] } {
  const { bundle } = readEvidence(given);
  const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope);
  const { predicate } = parseStatement(signed.payload);
  if (predicate.receipt !== verdict.receipt || verdict.log === null)
    throw new MemSyncError('receipt_mismatch', 'The verdict is not of this bundle, or the bundle is not shown to be in the log.');
  const { segments, request } = bundle.disclosures;
  const lines = segments.map((segment) => ('text' in segment ? segment.text : null));
  // What does not open what was signed is nothing to hold evidence against.
  const opens = !verdict.failures.some(({ code }) => code === 'disclosure_mismatch');
  return {
    logIndex: verdict.log.index,
    atIssue: [...verdict.claims.filter(({ claim }) => isCheckedHere(claim)), ...recordedClaims(predicate.claims)],
    receipt: receiptFactsOf(signed, {
      requestSha256: opens ? (request?.sha256 ?? null) : null,
      context: opens && !lines.includes(null) ? lines.join('') : null,
    }),
  };
}
