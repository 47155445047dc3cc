import type { Memory } from '../../schemas/memory.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { hex } from '../core/bytes.ts';
import { currentVersion, standingOf, type VaultState } from '../memory/state.ts';
import type { OpenRow } from './open-vault.ts';
import type { VaultView } from './vault-view.ts';

/** A row as it stands at `now`, as the API shows it. */
export function renderMemory(vault: VaultView, row: OpenRow, now: Instant): Memory {
  const { header, state } = row;
  const { tier, fallsDueAt } = vault.tierOf(row, now);
  const standing = standingOf(state);
  const served = standing === 'live' || standing === 'contested';
  const validatedAt = state.validation?.at ?? null;
  const { recordedAt, grantId, channel } = header.origin.stamped;
  return {
    id: state.id,
    version: header.version,
    text: row.text,
    type: header.type,
    category: header.category,
    collection: vault.names.get(header.collection) ?? header.collection,
    subject: header.subject,
    attribute: header.attribute,
    tier,
    standing,
    origin: {
      effective: header.origin.effective,
      stamped: { grantId, channel, recordedAt: formatInstant(recordedAt) },
      claimed: header.origin.claimed,
    },
    observedAt: wire(header.observedAt),
    recordedAt: formatInstant(recordedAt),
    basisAt: formatInstant(row.basisAt),
    basisReason: row.basisAt < header.basisAt ? 'edit' : header.basisReason,
    validUntil: wire(endOf(vault, row)),
    lastValidatedAt: wire(validatedAt),
    lastRecheckedAt: null,
    lastAppConfirmedAt: wire(state.appConfirmedAt),
    ageSeconds: secondsBetween(row.basisAt, now),
    unvalidatedForSeconds: secondsBetween(validatedAt ?? row.basisAt, now),
    fallsDueAt: served ? wire(fallsDueAt) : null,
    sightings: state.sightings,
    supersedes: [...new Set([...header.supersedes, ...state.replaces])],
    supersededBy: state.supersededBy?.id ?? null,
    contestedBy: [...new Set(state.contests.map((contest) => contest.grantId))],
    derivedFrom: header.derivedFrom,
    commitment: currentVersion(state).commitment,
  };
}

/** When a row ends: as it says itself, or when the row that took its place began. */
function endOf(vault: VaultView, { header, state }: OpenRow): Instant | null {
  const by = state.supersededBy;
  if (by === null) return header.validUntil;
  const replacedAt = vault.rows.get(by.id)?.basisAt ?? by.at;
  return header.validUntil === null ? replacedAt : Math.min(header.validUntil, replacedAt);
}

/** Whole seconds from one instant to a later one; 0 where the first lies ahead. */
export function secondsBetween(from: Instant, to: Instant): number {
  return Math.max(0, Math.floor((to - from) / 1000));
}

/** The vault's head, as the API shows it. */
export function renderHead(state: Pick<VaultState, 'headSeq' | 'headHash'>): { seq: number; hash: string } {
  return { seq: state.headSeq, hash: hex(state.headHash) };
}

function wire(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
