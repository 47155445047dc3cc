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

/** All that limits a row, whatever the time: when it falls by time, and how high it may stand whatever the time. */
interface Limits {
  readonly lifecycle: Lifecycle;
  readonly cap: Tier;
}

/** The last event that ended a row or one above it, and the last that put one in doubt, of those that no validation on the way answers. */
interface Doubts {
  readonly ended: number;
  readonly contested: number;
}

/** What has been worked out of rows: it holds as long as nothing happens in the vault, whatever the time. */
export class KnownLimits {
  readonly limits = new Map<string, Limits>();
  readonly doubts = new Map<string, Doubts>();

  clear(): void {
    this.limits.clear();
    this.doubts.clear();
  }
}

const NO_LIMIT: Lifecycle = { activeUntil: Number.POSITIVE_INFINITY, backgroundUntil: Number.POSITIVE_INFINITY };

/**
 * The worst of: what its own times, origin and validation allow; what jobs wrote; what its standing allows; and how its sources stand and
 * age (promises 2, 4, 5). An owner's validation of the row itself answers all that came of its sources before it, not what comes after.
 * Each row is looked into once, however many ways lead to it, and not at all where what limits it is `known`.
 */
export function effectiveTier(
  view: RowView,
  around: Surroundings,
  policy: Policy,
  now: Instant,
  known: KnownLimits = new KnownLimits(),
): EffectiveTier {
  return standingAt(limitsOf(view, around, policy, known), now);
}

/** As `effectiveTier`, of many rows, each of whose sources is looked into once for all of them. */
export function effectiveTiers(views: Iterable<RowView>, around: Surroundings, policy: Policy, now: Instant): Map<string, EffectiveTier> {
  const known = new KnownLimits();
  const tiers = new Map<string, EffectiveTier>();
  for (const view of views) tiers.set(view.state.id, standingAt(limitsOf(view, around, policy, known), now));
  return tiers;
}

function standingAt({ lifecycle, cap }: Limits, now: Instant): EffectiveTier {
  const tier = worstTier(tierAt(lifecycle, now), cap);
  return { tier, fallsDueAt: fallsDueAt(lifecycle, tier) };
}

/** What a row would be worth were it not for its sources. */
export function tierByItself(view: RowView, policy: Policy, now: Instant): Tier {
  const { lifecycle, cap } = ownLimits(view, policy);
  return worstTier(tierAt(lifecycle, now), cap);
}

/** A row's limits, those of its sources first: by a list of its own, since lines of descent can be longer than the stack is deep. */
function limitsOf(view: RowView, around: Surroundings, policy: Policy, known: KnownLimits): Limits {
  const before = known.limits.get(view.state.id);
  if (before !== undefined) return before;
  if (agesWith(view).length === 0) return combine(view, around, policy, known);
  const begun = new Set<string>();
  const pending = [view];
  let limits: Limits = { lifecycle: NO_LIMIT, cap: 'dormant' };
  for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
    const { id } = next.state;
    if (known.limits.has(id)) {
      pending.pop();
      continue;
    }
    if (begun.has(id)) {
      pending.pop();
      limits = combine(next, around, policy, known);
      known.limits.set(id, limits);
      continue;
    }
    begun.add(id);
    for (const source of agesWith(next)) {
      const there = begun.has(source) ? undefined : around.view(source);
      if (there !== undefined) pending.push(there);
    }
  }
  return limits;
}

/** A row's own limits with those of its sources. They are `known` by then, but for one on a circle with it, as only a forged vault has. */
function combine(view: RowView, around: Surroundings, policy: Policy, known: KnownLimits): Limits {
  const { state, header } = view;
  let { lifecycle, cap } = ownLimits(view, policy);
  if (state.validation !== null) cap = worstTier(cap, doubtsAfter(state.validation.seen, header.derivedFrom, around, known));
  for (const id of agesWith(view)) {
    const source = known.limits.get(id);
    if (source !== undefined) lifecycle = earlier(lifecycle, source.lifecycle);
    cap = worstTier(cap, source?.cap ?? capUnseen(around.state(id), around));
  }
  return { lifecycle, cap };
}

function ownLimits({ state, header, basisAt }: RowView, policy: Policy): Limits {
  const facts = { ...header, basisAt, origin: header.origin.effective };
  const cap = worstTier(state.restoredSeq === null ? state.ledgerTier : 'dormant', capOf(standingOf(state)));
  return { lifecycle: lifecycleOf(facts, state.validation, policy), cap };
}

/** The sources that a row ages and stands with: none once the owner stands behind it. */
function agesWith({ state, header }: RowView): readonly string[] {
  return state.validation === null ? header.derivedFrom : [];
}

/** What is left by a source that was not looked into. Where its key is not at hand, the bounds that the derived row has stand for its age. */
function capUnseen(source: RowState | undefined, around: Surroundings): Tier {
  return source === undefined || around.isOpen(source.collection) ? 'dormant' : capAfter(-1, doubtsAbout(source));
}

/** What doubts and ends of sources, and of theirs in turn, leave to a row confirmed at `seq`: those that no validation on the way answers. */
function doubtsAfter(seq: number, sources: readonly string[], around: Surroundings, known: KnownLimits): Tier {
  let cap: Tier = 'active';
  for (const id of sources) cap = worstTier(cap, capAfter(seq, doubtsFrom(id, around, known)));
  return cap;
}

/** The doubts about a row and about those above it, which are looked into first: by a list of its own, as in `limitsOf`. */
function doubtsFrom(row: string, around: Surroundings, known: KnownLimits): Doubts {
  const begun = new Set<string>();
  const pending = [row];
  for (let id = pending.at(-1); id !== undefined; id = pending.at(-1)) {
    const state = around.state(id);
    const sources = around.view(id)?.header.derivedFrom ?? [];
    if (known.doubts.has(id)) pending.pop();
    else if (state === undefined) known.doubts.set(id, ENDLESS);
    else if (begun.has(id)) {
      pending.pop();
      // One that is not known by now is on a circle with this one, as only a forged vault has.
      const above = sources.map((source) => known.doubts.get(source) ?? ENDLESS);
      known.doubts.set(id, lastOf(doubtsAbout(state), unanswered(above, state.validation?.seen ?? NEVER)));
    } else {
      begun.add(id);
      for (const source of sources) if (!begun.has(source)) pending.push(source);
    }
  }
  return known.doubts.get(row) ?? ENDLESS;
}

const NEVER = Number.NEGATIVE_INFINITY;
const ENDLESS: Doubts = { ended: Number.POSITIVE_INFINITY, contested: NEVER };

/** What a row's own doubts and ends are. */
function doubtsAbout({ erased, restoredSeq, retractedSeq, supersededBy, contests }: RowState): Doubts {
  return {
    ended: Math.max(erased?.seq ?? NEVER, restoredSeq ?? NEVER, retractedSeq ?? NEVER, supersededBy?.seq ?? NEVER),
    contested: contests.reduce((last, { seq }) => Math.max(last, seq), NEVER),
  };
}

/** The last of many doubts, as far as they came after `seen`. */
function unanswered(all: readonly Doubts[], seen: number): Doubts {
  const { ended, contested } = all.reduce(lastOf, { ended: NEVER, contested: NEVER });
  return { ended: ended > seen ? ended : NEVER, contested: contested > seen ? contested : NEVER };
}

function lastOf(one: Doubts, other: Doubts): Doubts {
  return { ended: Math.max(one.ended, other.ended), contested: Math.max(one.contested, other.contested) };
}

/** What doubts and ends leave to what derives from the rows that they are about: those after `since` alone. */
function capAfter(since: number, { ended, contested }: Doubts): Tier {
  if (ended > since) return 'dormant';
  return contested > since ? 'background' : 'active';
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
