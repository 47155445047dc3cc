import { z } from 'zod';
import { type Artifact, EvidenceName, Fact } from '../../schemas/evidence.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { Check } from '../../schemas/receipt.ts';
import { isMemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { ClaimKind, Given, Judgement } from './kind.ts';

/** The check that says how the judging itself went, where there is something to say. */
const JUDGING = 'judging';

/** What a verifier has to answer with. */
const Answer = z.object({
  status: z.enum(['asserted', 'pending', 'verified', 'failed']),
  checks: z.array(Check.extend({ check: EvidenceName, detail: z.string().max(LIMITS.reasonLength) })).max(LIMITS.facts),
  facts: z.array(Fact),
});

/** Evidence whose judging went wrong on our side: that is no proof of anything, least of all against whoever handed it in. */
export function unjudged(detail: string): Judgement {
  return { status: 'pending', checks: [{ check: JUDGING, status: 'pending', detail }], facts: [] };
}

/**
 * Judges one piece of evidence for a claim by its kind's verifier, and holds the verifier to the frame: a failed check fails the piece,
 * `verified` takes a check that is, and two facts of one name are a contradiction. What a verifier throws, and an answer that is none, are
 * our own fault: the piece is `pending`, with the check `judging` saying so. Evidence of a kind that is not known is `asserted`.
 * @throws {MemSyncError} `evidence_malformed` and `evidence_misplaced`, where the verifier refuses the evidence by throwing them
 */
export async function judgeArtifact(kind: ClaimKind | null, given: Given<Artifact>, trust: unknown, at: Instant): Promise<Judgement> {
  const { kind: named } = given.artifact;
  const known = kind !== null && Object.hasOwn(kind.artifacts, named) ? kind.artifacts[named] : undefined;
  if (known === undefined) {
    const detail = 'Evidence of a kind that this build has no verifier for: it is kept, and was not judged.';
    return { status: 'asserted', checks: [{ check: JUDGING, status: 'asserted', detail }], facts: [] };
  }
  let answer: unknown;
  try {
    answer = await known.judge(given, trust, at);
  } catch (error) {
    if (isMemSyncError(error, 'evidence_malformed') || isMemSyncError(error, 'evidence_misplaced')) throw error;
    return unjudged('The verifier broke down, which is our own fault and says nothing of the evidence.');
  }
  const { data } = Answer.safeParse(answer);
  return data === undefined
    ? unjudged('The verifier gave no judgement, which is our own fault and says nothing of the evidence.')
    : framed(data);
}

function framed({ status, checks, facts }: z.infer<typeof Answer>): Judgement {
  const stated = new Map(facts.map((fact): [string, Fact] => [`${fact.name}=${fact.value}`, fact]));
  const kept = [...stated.values()].slice(0, LIMITS.facts);
  const twice = kept.find(({ name }, i) => kept.findIndex((other) => other.name === name) < i);
  if (twice !== undefined)
    checks.push({ check: 'contradiction', status: 'failed', detail: `The evidence states “${twice.name}” in two ways.` });
  const failed = checks.some((check) => check.status === 'failed');
  if (failed) return { status: 'failed', checks, facts: kept };
  if (status === 'failed')
    return {
      status,
      checks: [...checks, { check: JUDGING, status, detail: 'The evidence does not hold; its verifier names no check.' }],
      facts: kept,
    };
  if (stated.size > LIMITS.facts) return unjudged(`The verifier stated more than ${LIMITS.facts} facts, which is our own fault.`);
  if (status === 'verified' && !checks.some((check) => check.status === 'verified'))
    return {
      status: 'asserted',
      checks: [...checks, { check: JUDGING, status: 'asserted', detail: 'No check of it is verified.' }],
      facts: kept,
    };
  return { status, checks, facts: kept };
}
