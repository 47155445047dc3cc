import type { Policy } from '../../schemas/policy.ts';
import { type Tier, TIERS } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import type { FALL_REASONS } from './event.ts';
import { type RowView, type Surroundings, tierByItself } from './lineage.ts';
import type { RowState } from './state.ts';

/** Why a row stands as low as it does: by itself, or with a row that it derives from. */
export interface Fall {
  readonly reason: (typeof FALL_REASONS)[number];
  /** The row that took it along, the nearest there is; null where it fell by itself. */
  readonly source: string | null;
}

const BY_ITSELF: Fall = { reason: 'aged', source: null };

/** What is known of the causes above each row, for each tier that rows fall to: it holds as long as nothing else happens to them. */
export type KnownCauses = Map<string, Above>;

/** The nearest rows above one that explain a tier: one that was ended or doubted, and one that has merely aged. */
interface Above {
  readonly ended: Found | null;
  readonly aged: Found | null;
}

interface Found {
  readonly id: string;
  readonly reason: Fall['reason'];
  /** How many steps up. */
  readonly steps: number;
}

const NOTHING: Above = { ended: null, aged: null };

/**
 * What brought a row down to `tier`. Of its sources, however far back, the nearest that is itself no better than that counts; one that was
 * ended or doubted comes before one that has merely aged. Each row is looked into once for all that are asked with the same `known`.
 */
export function causeOfFall(
  view: RowView,
  tier: Tier,
  around: Surroundings,
  policy: Policy,
  now: Instant,
  known: KnownCauses = new Map(),
): Fall {
  const byItself = noBetter(tierByItself(view, policy, now), tier);
  // Its own times may be those that it has from a source: then it ages with that.
  if (byItself && view.header.basisReason !== 'source') return BY_ITSELF;
  const { ended, aged } = above(view, tier, around, policy, now, known);
  if (ended !== null && !byItself) return { reason: ended.reason, source: ended.id };
  return aged === null ? BY_ITSELF : { reason: 'source_demoted', source: aged.id };
}

/** By a list of its own, as lines of descent can be longer than the stack is deep; a circle, as only a forged vault has, is not gone round. */
function above(view: RowView, tier: Tier, around: Surroundings, policy: Policy, now: Instant, known: KnownCauses): Above {
  const key = (id: string): string => `${tier} ${id}`;
  const begun = new Set<string>();
  const pending = [view];
  for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
    const { id } = next.state;
    if (known.has(key(id))) pending.pop();
    else if (begun.has(id)) {
      pending.pop();
      known.set(key(id), nearest(next));
    } else {
      begun.add(id);
      for (const source of next.header.derivedFrom) {
        const there = begun.has(source) || known.has(key(source)) ? undefined : around.view(source);
        if (there !== undefined) pending.push(there);
      }
    }
  }
  return known.get(key(view.state.id)) ?? NOTHING;

  function nearest({ header }: RowView): Above {
    let [ended, aged]: (Found | null)[] = [null, null];
    for (const id of header.derivedFrom) {
      const state = around.state(id);
      const end = state === undefined ? { reason: 'source_erased' as const, leaves: 'dormant' as const } : endOf(state);
      const there = around.view(id);
      const further = known.get(key(id)) ?? NOTHING;
      const ends = end !== null && noBetter(end.leaves, tier);
      ended = nearer(ended, ends ? { id, reason: end.reason, steps: 1 } : stepUp(further.ended));
      const ages = there !== undefined && noBetter(tierByItself(there, policy, now), tier);
      aged = nearer(aged, ages ? { id, reason: 'source_demoted', steps: 1 } : stepUp(further.aged));
    }
    return { ended: ended ?? null, aged: aged ?? null };
  }
}

function nearer(one: Found | null | undefined, other: Found | null): Found | null {
  if (one === null || one === undefined) return other;
  return other !== null && other.steps < one.steps ? other : one;
}

function stepUp(found: Found | null): Found | null {
  return found === null ? null : { ...found, steps: found.steps + 1 };
}

function endOf(source: RowState): { readonly reason: Fall['reason']; readonly leaves: Tier } | null {
  if (source.erased !== null) return { reason: 'source_erased', leaves: 'dormant' };
  if (source.retractedSeq !== null) return { reason: 'source_retracted', leaves: 'dormant' };
  if (source.supersededBy !== null) return { reason: 'source_superseded', leaves: 'dormant' };
  return source.contests.length > 0 ? { reason: 'source_contested', leaves: 'background' } : null;
}

function noBetter(one: Tier, than: Tier): boolean {
  return TIERS.indexOf(one) >= TIERS.indexOf(than);
}
