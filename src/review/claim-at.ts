import type { ClaimStanding, ClaimStep } from '../../schemas/claims.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { type StatedFact, statedFacts } from '../claims/stated.ts';

/** Whether another service's log has a step: an imported receipt's. Those come before all that this log has. */
export type IsElsewhere = (step: ClaimStep) => boolean;

/** Of a service that has issued all its receipts itself. */
export const NOWHERE_ELSE: IsElsewhere = () => false;

/** A size of the log that has everything. */
export const WHOLE_LOG = Number.POSITIVE_INFINITY;

/** How a claim stood at a size of the log: what its history says up to there, and nothing else. */
export interface ClaimAt {
  readonly claim: string;
  readonly status: ClaimStatus;
  /** What had happened to it, in the log's order. */
  readonly steps: readonly ClaimStep[];
  /** Those whose judgement held then: a second look has taken the place of what it looked at again. */
  readonly holding: readonly ClaimStep[];
}

/**
 * A claim as of a log of `size` entries. Before its receipt it is absent. Which of several pending pieces of a kind was looked at again, a
 * history does not say; then none of them is taken to hold until each has been looked at, so that nothing counts that may have been replaced.
 */
export function claimAt(
  { claim, history }: Pick<ClaimStanding, 'claim' | 'history'>,
  size: number = WHOLE_LOG,
  isElsewhere: IsElsewhere = NOWHERE_ELSE,
): ClaimAt {
  const steps = history.filter((step) => step.logIndex < size || isElsewhere(step));
  let holding: ClaimStep[] = [];
  for (const step of steps) {
    if (step.reason !== 'issued' && step.reason !== 'evidence') holding = holding.filter((before) => !isReplacedBy(before, step));
    holding.push(step);
  }
  return { claim, status: steps.at(-1)?.status ?? 'absent', steps, holding };
}

function isReplacedBy(before: ClaimStep, step: ClaimStep): boolean {
  return before.reason !== 'issued' && before.judged === 'pending' && before.evidence?.kind === step.evidence?.kind;
}

const RISING: readonly ClaimStatus[] = ['absent', 'asserted', 'pending', 'verified'];

/**
 * What a check of the claim has come to, whatever its others have: failed where it has failed once, else the best that holds; null where
 * nobody has made it.
 */
export function checkAt({ steps, holding }: ClaimAt, name: string): ClaimStatus | null {
  const named = (from: readonly ClaimStep[]): ClaimStatus[] =>
    from.flatMap(({ checks }) => checks.filter(({ check }) => check === name).map(({ status }) => status));
  if (named(steps).includes('failed')) return 'failed';
  const all = named(holding);
  return all.length === 0 ? null : all.reduce((a, b) => (RISING.indexOf(b) > RISING.indexOf(a) ? b : a));
}

/** The facts that hold, each once with its own status: all failed where the claim has. */
export function factsAt({ status, holding }: ClaimAt): StatedFact[] {
  const facts = new Map(holding.flatMap((step) => step.facts.map((fact) => [`${fact.name}=${fact.value}`, fact] as const)));
  return statedFacts({ facts: [...facts.values()], history: [...holding], status });
}

/** Whether a status is at least what is called for. What has failed is nothing. */
export function reaches(status: ClaimStatus, least: 'asserted' | 'verified'): boolean {
  return least === 'verified' ? status === 'verified' : status !== 'absent' && status !== 'failed';
}
