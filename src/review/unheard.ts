import type { Unheard } from '../../schemas/case.ts';
import type { ClaimStanding } from '../../schemas/claims.ts';
import type { DecisionPayload } from '../../schemas/decision.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { type ClaimAt, claimAt, type IsElsewhere, NOWHERE_ELSE, WHOLE_LOG } from './claim-at.ts';
import { judgeClaim } from './claim-conditions.ts';

type Claims = readonly Pick<ClaimStanding, 'claim' | 'history'>[];

/** How each claim stood in a log of `size` entries, by its name. */
export function statusesAt(claims: Claims, size: number = WHOLE_LOG, isElsewhere: IsElsewhere = NOWHERE_ELSE): Record<string, ClaimStatus> {
  return Object.fromEntries(claims.map((claim) => [claim.claim, claimAt(claim, size, isElsewhere).status]));
}

/**
 * What was not verified in a log of `size` entries, though it had been made or the gate calls for it: in the order of the claims, then those
 * that only the gate names.
 */
export function unheard(
  claims: Claims,
  gate: GatePolicy,
  size: number = WHOLE_LOG,
  isElsewhere: IsElsewhere = NOWHERE_ELSE,
): readonly Unheard[] {
  const named = new Set(gate.require.flatMap((condition) => ('claim' in condition ? [condition.claim] : [])));
  const missing = [...named].filter((name) => !claims.some(({ claim }) => claim === name));
  return [...claims, ...missing.map((claim) => ({ claim, history: [] }))]
    .map((claim) => claimAt(claim, size, isElsewhere))
    .filter(({ claim, status }) => status !== 'verified' && (status !== 'absent' || named.has(claim)))
    .map(({ claim, status }) => ({ claim, status }));
}

/** A decision as far as it matters what had been proved by then. */
export interface Placed {
  readonly decision: DecisionPayload['decision'];
  readonly basis: Pick<DecisionPayload['basis'], 'claims'>;
  /** Where it is in the log. */
  readonly logIndex: number;
}

/**
 * Whether a `clear` or a `reject` was made before what it called for was proved: what its gate asks of claims, the claims that it relies on,
 * and whatever came to be verified or failed later. Computed from places in the log, never from clocks. For a `reject` a failure is proof
 * enough; for a `clear` only a verified claim is.
 */
export function beforeProof(
  { decision, basis, logIndex }: Placed,
  claims: Claims,
  gate: GatePolicy,
  isElsewhere: IsElsewhere = NOWHERE_ELSE,
): boolean {
  if (decision === 'hold') return false;
  const then = (claim: string): ClaimAt =>
    claimAt(claims.find((one) => one.claim === claim) ?? { claim, history: [] }, logIndex, isElsewhere);
  const failureWillDo = decision === 'reject';
  const isOpen = gate.require.some((condition) => {
    if (!('claim' in condition)) return false;
    const { met, refuted } = judgeClaim(condition, then(condition.claim));
    return !met && !(failureWillDo && refuted);
  });
  const isProved = (status: ClaimStatus): boolean => status === 'verified' || (failureWillDo && status === 'failed');
  if (isOpen || basis.claims.some((name) => !isProved(then(name).status))) return true;
  return claims.some(({ claim, history }) => {
    const { status } = then(claim);
    return status !== 'verified' && status !== 'failed' && history.some((step) => step.status === 'verified' || step.status === 'failed');
  });
}
