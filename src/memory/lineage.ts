import type { Policy } from '../../schemas/policy.ts';
import type { Standing, Tier } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import type { RowHeader } from './header.ts';
import { type RowState, standingOf } from './state.ts';
import { fallsDueAt, lifecycleOf, tierAt, worstTier } from './tier.ts';

/** A row with the header of its current version, where the key to it is at hand. */
export interface RowView {
  readonly state: RowState;
  readonly header: RowHeader;
  /** The earliest basis along the row's versions, which its own header cannot undercut. */
  readonly basisAt: Instant;
}

/** What the other rows of a vault are, as far as can be seen: `view` where the key is at hand, `state` always. */
export interface Surroundings {
  state(id: string): RowState | undefined;
  view(id: string): RowView | undefined;
}

/** How far a row may steer at an instant, and when it next falls. */
export interface EffectiveTier {
  readonly tier: Tier;
  readonly fallsDueAt: Instant | null;
}

const DEPTH = 256;

/**
 * The worst of: what its own times, origin and validation allow; what jobs wrote; what its standing allows; and how its sources stand and
 * age (promises 2, 4, 5). An owner's validation of the row itself answers all that came of its sources before it, not what comes after.
 */
export function effectiveTier(view: RowView, around: Surroundings, policy: Policy, now: Instant): EffectiveTier {
  return effective(view, around, policy, now, DEPTH);
}

function effective(view: RowView, around: Surroundings, policy: Policy, now: Instant, depth: number): EffectiveTier {
  const { state, header } = view;
  const lifecycle = lifecycleOf({ ...header, basisAt: view.basisAt, origin: header.origin.effective }, state.validation, policy);
  let tier = worstTier(worstTier(tierAt(lifecycle, now), state.ledgerTier), capOf(standingOf(state)));
  let due = fallsDueAt(lifecycle, tier);
  for (const id of header.derivedFrom) {
    const fallen = sourceTier(id, state, around, policy, now, depth);
    tier = worstTier(tier, fallen.tier);
    if (fallen.fallsDueAt !== null && (due === null || fallen.fallsDueAt < due)) due = fallen.fallsDueAt;
  }
  return { tier, fallsDueAt: tier === 'dormant' ? null : due };
}

function sourceTier(id: string, derived: RowState, around: Surroundings, policy: Policy, now: Instant, depth: number): EffectiveTier {
  const source = around.state(id);
  if (source === undefined || depth === 0) return { tier: 'dormant', fallsDueAt: null };
  const answered = derived.validation?.seq ?? -1;
  const standing = sourceCap(source, answered);
  const view = around.view(id);
  if (derived.validation !== null || view === undefined) return { tier: standing, fallsDueAt: null };
  const own = effective(view, around, policy, now, depth - 1);
  return { tier: worstTier(standing, own.tier), fallsDueAt: own.fallsDueAt };
}

/** What a source's doubts and ends, those after `since` alone, leave to what derives from it. */
function sourceCap(source: RowState, since: number): Tier {
  if (source.retractedSeq !== null && source.retractedSeq > since) return 'dormant';
  if (source.supersededBy !== null && source.supersededBy.seq > since) return 'dormant';
  return source.contests.some((contest) => contest.seq > since) ? 'background' : 'active';
}

function capOf(standing: Standing): Tier {
  if (standing === 'live') return 'active';
  return standing === 'contested' ? 'background' : 'dormant';
}

/** Whether `row` would stand among its own ancestors if it derived from `sources`. `sourcesOf` gives what a row derives from. */
export function wouldCycle(row: string, sources: readonly string[], sourcesOf: (id: string) => readonly string[]): boolean {
  const seen = new Set<string>();
  const pending = [...sources];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === row) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    pending.push(...sourcesOf(id));
  }
  return false;
}
