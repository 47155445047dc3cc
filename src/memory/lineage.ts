import type { Policy } from '../../schemas/policy.ts';
import type { Standing, Tier } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import type { RowHeader } from './header.ts';
import { type RowState, standingOf } from './state.ts';
import { earlier, fallsDueAt, type Lifecycle, lifecycleOf, tierAt, worstTier } from './tier.ts';

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
  /** Whether the key of a collection is at hand: a row in it without a view is one that does not open. */
  isOpen(collection: string): boolean;
}

/** How far a row may steer at an instant, and when it next falls. */
export interface EffectiveTier {
  readonly tier: Tier;
  readonly fallsDueAt: Instant | null;
}

/** All that limits a row: when it falls by time, and how high it may stand whatever the time. */
interface Limits {
  readonly lifecycle: Lifecycle;
  readonly cap: Tier;
}

const DEPTH = 256;
const NO_LIMIT: Lifecycle = { activeUntil: Number.POSITIVE_INFINITY, backgroundUntil: Number.POSITIVE_INFINITY };

/**
 * The worst of: what its own times, origin and validation allow; what jobs wrote; what its standing allows; and how its sources stand and
 * age (promises 2, 4, 5). An owner's validation of the row itself answers all that came of its sources before it, not what comes after.
 */
export function effectiveTier(view: RowView, around: Surroundings, policy: Policy, now: Instant): EffectiveTier {
  const { lifecycle, cap } = limitsOf(view, around, policy, DEPTH);
  const tier = worstTier(tierAt(lifecycle, now), cap);
  return { tier, fallsDueAt: fallsDueAt(lifecycle, tier) };
}

function limitsOf(view: RowView, around: Surroundings, policy: Policy, depth: number): Limits {
  const { state, header } = view;
  const facts = { ...header, basisAt: view.basisAt, origin: header.origin.effective };
  let lifecycle = lifecycleOf(facts, state.validation, policy);
  let cap = worstTier(state.ledgerTier, capOf(standingOf(state)));
  for (const id of header.derivedFrom) {
    const source = limitsFromSource(id, state, around, policy, depth);
    lifecycle = earlier(lifecycle, source.lifecycle);
    cap = worstTier(cap, source.cap);
  }
  return { lifecycle, cap };
}

function limitsFromSource(id: string, derived: RowState, around: Surroundings, policy: Policy, depth: number): Limits {
  const source = around.state(id);
  if (source === undefined || depth === 0) return { lifecycle: NO_LIMIT, cap: 'dormant' };
  const standing = sourceCap(source, derived.validation?.seq ?? -1);
  if (derived.validation !== null) return { lifecycle: NO_LIMIT, cap: standing };
  const view = around.view(id);
  // Where its key is not at hand, the bounds that the derived row was given when it was written stand for the source's age.
  if (view === undefined) return { lifecycle: NO_LIMIT, cap: around.isOpen(source.collection) ? 'dormant' : standing };
  const own = limitsOf(view, around, policy, depth - 1);
  return { lifecycle: own.lifecycle, cap: worstTier(standing, own.cap) };
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
