import type { ClaimStanding, ClaimStep } from '../../schemas/claims.ts';
import type { Fact } from '../../schemas/evidence.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';

/** A fact with how good it is by itself, whatever else the claim has come to. */
export interface StatedFact extends Fact {
  readonly status: ClaimStatus;
}

const RISING: readonly ClaimStatus[] = ['failed', 'absent', 'asserted', 'pending', 'verified'];

/**
 * A claim's facts as it stands, each with its own status, so that none borrows from its neighbours: that of the check of the same name in the
 * piece that states it, or of what stands before a dot in that name (`item` for `item.00`), or where the piece has neither, the piece's own; the best of them where several state it. What the receipt alone states
 * is asserted. Where the claim has failed, they all have.
 */
export function statedFacts({ facts, history, status }: Pick<ClaimStanding, 'facts' | 'history' | 'status'>): StatedFact[] {
  const best = new Map<string, ClaimStatus>();
  for (const step of history) {
    for (const fact of step.facts) {
      const [before, now] = [best.get(key(fact)) ?? 'absent', statusIn(step, fact)];
      best.set(key(fact), RISING.indexOf(now) > RISING.indexOf(before) ? now : before);
    }
  }
  return facts.map((fact) => ({ ...fact, status: status === 'failed' ? 'failed' : (best.get(key(fact)) ?? 'asserted') }));
}

function statusIn({ reason, judged, checks }: ClaimStep, { name }: Fact): ClaimStatus {
  if (reason === 'issued') return 'asserted';
  for (let of = name; of !== ''; of = of.slice(0, Math.max(0, of.lastIndexOf('.')))) {
    const own = checks.filter(({ check }) => check === of).map(({ status }) => status);
    if (own.length > 0) return own.reduce((a, b) => (RISING.indexOf(b) < RISING.indexOf(a) ? b : a));
  }
  return judged;
}

function key({ name, value }: Fact): string {
  return `${name}=${value}`;
}
