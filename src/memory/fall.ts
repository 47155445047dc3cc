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

/**
 * What brought a row down to `tier`. Of its sources, however far back, the nearest that is itself no better than that counts; one that was
 * ended or doubted comes before one that has merely aged.
 */
export function causeOfFall(view: RowView, tier: Tier, around: Surroundings, policy: Policy, now: Instant): Fall {
  const byItself = noBetter(tierByItself(view, policy, now), tier);
  // Its own times may be those that it has from a source: then it ages with that.
  if (byItself && view.header.basisReason !== 'source') return BY_ITSELF;
  let aged: string | null = null;
  const seen = new Set([view.state.id]);
  let layer: readonly string[] = view.header.derivedFrom;
  while (layer.length > 0) {
    const next: string[] = [];
    for (const id of layer) {
      if (seen.has(id)) continue;
      seen.add(id);
      const state = around.state(id);
      const ended = byItself ? null : state === undefined ? { reason: 'source_erased' as const, leaves: 'dormant' as const } : endOf(state);
      if (ended !== null && noBetter(ended.leaves, tier)) return { reason: ended.reason, source: id };
      const there = around.view(id);
      if (there === undefined) continue;
      if (aged === null && noBetter(tierByItself(there, policy, now), tier)) aged = id;
      next.push(...there.header.derivedFrom);
    }
    layer = next;
  }
  return aged === null ? BY_ITSELF : { reason: 'source_demoted', source: aged };
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
