import type { Claimed } from '../../schemas/memory.ts';
import { LIMITS } from '../../schemas/limits.ts';
import type { Category, Channel, MemoryType, OriginKind } from '../../schemas/vocabulary.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { type Basis, earliestBasis } from '../memory/basis.ts';
import type { Bounds, RowHeader } from '../memory/header.ts';
import { leastTrusted, UNCLAIMED_ORIGIN } from '../memory/origin.ts';
import { earlier, type Lifecycle, lifecycleOf } from '../memory/tier.ts';
import type { OpenRow, OpenVault } from './open-vault.ts';

/** What a version inherits from rows that came before it: never a younger basis, a higher origin or a later due time (promise 5). */
export interface Inheritance {
  readonly bases: readonly Basis[];
  readonly origins: readonly OriginKind[];
  readonly bounds: Bounds | null;
}

/** When a row falls by its own times, policy and validation. */
export function lifecycleOfRow(vault: OpenVault, row: OpenRow): Lifecycle {
  const facts = { ...row.header, basisAt: row.basisAt, origin: row.header.origin.effective };
  return lifecycleOf(facts, row.state.validation, vault.state.policy.policy);
}

export function inheritFrom(vault: OpenVault, row: OpenRow, reason: 'edit' | 'repeat' | 'source'): Inheritance {
  return {
    bases: [{ at: row.basisAt, reason }],
    origins: [row.header.origin.effective],
    bounds: lifecycleOfRow(vault, row),
  };
}

export function inheritAll(...parts: readonly Inheritance[]): Inheritance {
  let bounds: Bounds | null = null;
  for (const part of parts) if (part.bounds !== null) bounds = bounds === null ? part.bounds : earlier(bounds, part.bounds);
  return { bases: parts.flatMap((part) => part.bases), origins: parts.flatMap((part) => part.origins), bounds };
}

/**
 * What a row with `below` rows in the longest line under it may derive from: sources that would not make a line too long.
 * @throws {MemSyncError} `lineage_too_deep` for one that was `asked` for; one that was found is left out, and what is inherited from it stays
 */
export function withinDepth(vault: OpenVault, below: number, asked: readonly string[], found: readonly string[]): string[] {
  const fits = (id: string): boolean => vault.descent.depth(id) + 1 + below <= LIMITS.lineageDepth;
  if (!asked.every(fits))
    throw new MemSyncError('lineage_too_deep', `A row may have ${LIMITS.lineageDepth} others above it in a line of descent.`);
  return [...new Set([...asked, ...found.filter(fits)])];
}

/** What the header of a version is made of. */
export interface VersionFacts {
  readonly row: string;
  readonly version: number;
  readonly collection: string;
  readonly type: MemoryType;
  readonly category: Category;
  readonly subject: string | null;
  readonly attribute: string | null;
  readonly claimed: Claimed;
  readonly grantId: string | null;
  readonly channel: Channel;
  readonly ceiling: OriginKind;
  readonly recordedAt: Instant;
  readonly observedAt: Instant | null;
  readonly validUntil: Instant | null;
  readonly derivedFrom: readonly string[];
  readonly supersedes: readonly string[];
}

/** The header of a new version: origin and basis stamped, not claimed. */
export function makeHeader(facts: VersionFacts, inherited: Inheritance): RowHeader {
  const basis = earliestBasis(facts.recordedAt, facts.observedAt, inherited.bases);
  // In the order of the canonical form, which is then quick to write.
  return {
    attribute: facts.attribute,
    basisAt: basis.at,
    basisReason: basis.reason,
    bounds: inherited.bounds,
    category: facts.category,
    collection: facts.collection,
    derivedFrom: [...facts.derivedFrom],
    observedAt: facts.observedAt,
    origin: {
      claimed: facts.claimed,
      effective: leastTrusted(facts.claimed.kind ?? UNCLAIMED_ORIGIN, facts.ceiling, ...inherited.origins),
      stamped: { channel: facts.channel, grantId: facts.grantId, recordedAt: facts.recordedAt },
    },
    row: facts.row,
    subject: facts.subject,
    supersedes: [...facts.supersedes],
    type: facts.type,
    v: 1,
    validUntil: facts.validUntil,
    version: facts.version,
  };
}

/** @throws {MemSyncError} `observed_in_future` when it lies further ahead of now than clocks differ. */
export function requireObserved(observedAt: Instant | undefined, now: Instant): Instant | null {
  if (observedAt === undefined) return null;
  if (observedAt > now + LIMITS.clockSkewMs) throw new MemSyncError('observed_in_future', '`observedAt` lies in the future.');
  return observedAt;
}
