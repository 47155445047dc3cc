import type { z } from 'zod';
import type { CheckCondition, ClaimCondition, FactCondition } from '../../schemas/gate.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { checkAt, type ClaimAt, factsAt, reaches } from './claim-at.ts';

/** A condition that a claim has to meet. */
export type OnClaim = z.infer<typeof ClaimCondition> | z.infer<typeof CheckCondition> | z.infer<typeof FactCondition>;

/** Whether a condition holds, and why not, or why, in words. */
export interface Found {
  readonly met: boolean;
  readonly detail: string;
}

/** The same of a claim. */
export interface FoundOfClaim extends Found {
  /** Whether it is known not to be so, where otherwise it is not known to be so. */
  readonly refuted: boolean;
}

/** How many names of facts are said in one sentence. */
const MOST_SAID = 5;

/** One condition on one claim. It looks at that claim and at nothing else. */
export function judgeClaim(condition: OnClaim, claim: ClaimAt): FoundOfClaim {
  if ('fact' in condition) return judgeFact(condition, claim);
  return 'check' in condition ? judgeCheck(condition, claim) : judgeStatus(condition, claim);
}

function judgeStatus({ claim: name, status: least }: z.infer<typeof ClaimCondition>, { status, steps }: ClaimAt): FoundOfClaim {
  if (reaches(status, least)) return met(`“${name}” is ${status}, since entry ${sinceWhen(status, steps)} of the log.`);
  return unmet(`“${name}” is called for as ${asked(least)}. ${standing(name, status)}`, status === 'failed');
}

function judgeCheck({ claim: name, check, status: least }: z.infer<typeof CheckCondition>, claim: ClaimAt): FoundOfClaim {
  const status = checkAt(claim, check);
  if (status !== null && reaches(status, least)) return met(`The check “${check}” of “${name}” is ${status}.`);
  const wanted = `The check “${check}” of “${name}” is called for as ${asked(least)}`;
  if (status === null) return unmet(`${wanted}; nothing that was handed in has had it.`);
  return unmet(`${wanted}; it ${said(status)}.`, status === 'failed');
}

function judgeFact({ claim: name, fact, oneOf, status: least }: z.infer<typeof FactCondition>, claim: ClaimAt): FoundOfClaim {
  const facts = factsAt(claim);
  const stated = facts.filter((one) => one.name === fact);
  const [first] = stated;
  const wanted = `“${name}” has to state “${fact}” as one of those approved, ${asked(least)}`;
  if (first === undefined) {
    const others = [...new Set(facts.map((one) => one.name))].slice(0, MOST_SAID).map((other) => `“${other}”`);
    return unmet(`${wanted}; it states ${others.length === 0 ? 'nothing' : `${others.join(', ')}, and not that`}.`);
  }
  const stranger = stated.find(({ value }) => !oneOf.includes(value));
  if (stranger !== undefined) {
    const { status, value } = stranger;
    return unmet(`${wanted}; it states ${value}, which is none of those.`, status === 'verified' || status === 'failed');
  }
  const short = stated.find(({ status }) => !reaches(status, least));
  if (short !== undefined) return unmet(`${wanted}; that it is ${short.value} ${said(short.status)}.`, short.status === 'failed');
  return met(`“${name}” states “${fact}” as ${first.value}, which is approved; that is ${first.status}.`);
}

function met(detail: string): FoundOfClaim {
  return { met: true, refuted: false, detail };
}

function unmet(detail: string, refuted = false): FoundOfClaim {
  return { met: false, refuted, detail };
}

function asked(least: 'asserted' | 'verified'): string {
  return least === 'verified' ? 'verified' : 'asserted at least';
}

function standing(name: string, status: ClaimStatus): string {
  if (status === 'absent') return `Nothing has been said of it in the log.`;
  if (status === 'failed') return `“${name}” has failed, which is for good.`;
  return `“${name}” is ${status} so far.`;
}

function said(status: ClaimStatus): string {
  if (status === 'failed') return 'has failed';
  return status === 'absent' ? 'has not been made' : `is ${status} so far`;
}

/** The entry since which the claim has had the status without a break. */
function sinceWhen(status: ClaimStatus, steps: ClaimAt['steps']): number {
  const last = steps.findLastIndex((step) => step.status !== status);
  return steps[last + 1]?.logIndex ?? 0;
}
