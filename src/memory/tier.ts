import type { Policy } from '../../schemas/policy.ts';
import { type Category, type MemoryType, type OriginKind, type Tier, TIERS } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import type { Bounds } from './header.ts';
import type { Validation } from './state.ts';

/** What a row's freshness is computed from, besides policy and now. */
export interface FreshnessInput {
  readonly basisAt: Instant;
  readonly origin: OriginKind;
  readonly category: Category;
  readonly type: MemoryType;
  readonly validUntil: Instant | null;
  readonly bounds: Bounds | null;
}

/** When a row falls: active before `activeUntil`, then background before `backgroundUntil`, then dormant. */
export type Lifecycle = Bounds;

/**
 * When a row falls, by policy. With an owner's validation it steers for `activeFor` from it (or until the validation expires); without one it
 * starts where its origin starts, its age counted from its basis, and never beyond the bounds that an unsigned act left it.
 */
export function lifecycleOf(row: FreshnessInput, validation: Pick<Validation, 'at' | 'expiresAt'> | null, policy: Policy): Lifecycle {
  const lifecycle = validation === null ? unvalidated(row, policy) : validated(row, validation, policy);
  if (row.validUntil === null) return lifecycle;
  return earlier(lifecycle, { activeUntil: row.validUntil, backgroundUntil: row.validUntil });
}

function validated(row: FreshnessInput, validation: Pick<Validation, 'at' | 'expiresAt'>, policy: Policy): Lifecycle {
  const holding = policy.categories[row.category][row.type];
  const byPolicy = validation.at + holding.activeForSeconds * 1000;
  const activeUntil = validation.expiresAt === null ? byPolicy : Math.min(byPolicy, validation.expiresAt);
  return { activeUntil, backgroundUntil: activeUntil + holding.backgroundForSeconds * 1000 };
}

function unvalidated(row: FreshnessInput, policy: Policy): Lifecycle {
  const holding = policy.categories[row.category][row.type];
  const rule = policy.origins[row.origin];
  const most = rule.activeForAtMostSeconds;
  const activeFor = most === null ? holding.activeForSeconds : Math.min(holding.activeForSeconds, most);
  const activeUntil = row.basisAt + (rule.start === 'active' ? activeFor * 1000 : 0);
  const backgroundUntil = activeUntil + (rule.start === 'dormant' ? 0 : holding.backgroundForSeconds * 1000);
  return row.bounds === null ? { activeUntil, backgroundUntil } : earlier({ activeUntil, backgroundUntil }, row.bounds);
}

/** The earlier of each step. */
export function earlier(a: Bounds, b: Bounds): Bounds {
  return { activeUntil: Math.min(a.activeUntil, b.activeUntil), backgroundUntil: Math.min(a.backgroundUntil, b.backgroundUntil) };
}

export function tierAt(lifecycle: Lifecycle, now: Instant): Tier {
  if (now >= lifecycle.backgroundUntil) return 'dormant';
  return now < lifecycle.activeUntil ? 'active' : 'background';
}

/** When the row next falls from the tier that it is in, or null when it is dormant. */
export function fallsDueAt(lifecycle: Lifecycle, tier: Tier): Instant | null {
  if (tier === 'dormant') return null;
  return tier === 'active' ? Math.min(lifecycle.activeUntil, lifecycle.backgroundUntil) : lifecycle.backgroundUntil;
}

export function worstTier(a: Tier, b: Tier): Tier {
  return TIERS.indexOf(a) >= TIERS.indexOf(b) ? a : b;
}
