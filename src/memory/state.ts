import type { GrantedBody } from '../../schemas/owner-event.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Standing, Tier } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import type { SignedPayload } from '../crypto/dsse.ts';

/** One version of a row, as the ledger knows it without any key. */
export interface VersionState {
  readonly version: number;
  readonly commitment: string;
  readonly content: string;
  readonly seq: number;
  readonly at: Instant;
  /** The grant that wrote it, or null for the owner. */
  readonly grantId: string | null;
}

/** An owner's validation of a row's current version, its signature checked. */
export interface Validation {
  /** The earlier of signed and appended. */
  readonly at: Instant;
  readonly expiresAt: Instant | null;
  readonly seq: number;
  /** Index of the row's leaf in the batch. */
  readonly leaf: number;
}

export interface Contest {
  readonly grantId: string;
  readonly seq: number;
  readonly at: Instant;
}

/** A row, folded from the ledger without any key: what it is called, who wrote it, how it stands. */
export interface RowState {
  readonly id: string;
  readonly collection: string;
  readonly versions: VersionState[];
  /** The tier that jobs have written into the ledger; it can only make the computed tier worse. */
  ledgerTier: Tier;
  sightings: number;
  contests: Contest[];
  retractedSeq: number | null;
  supersededBy: { readonly id: string; readonly seq: number } | null;
  validation: Validation | null;
}

export interface CollectionState {
  readonly id: string;
  readonly purpose: 'rows' | 'vault';
  readonly epoch: number;
  readonly keyCommitment: string;
  readonly boxSha256: string;
  readonly sealedName: string;
}

export interface GrantState {
  readonly body: GrantedBody;
  readonly seq: number;
  readonly at: Instant;
  revokedAt: Instant | null;
}

export interface PolicyState {
  readonly policy: Policy;
  readonly sha256: string;
  /** The event that set it, or null for the built-in default. */
  readonly seq: number | null;
}

/** A vault, folded from its ledger without any key. */
export interface VaultState {
  readonly vault: string;
  readonly genesis: SignedPayload;
  readonly ownerKey: Uint8Array;
  readonly ownerBoxKey: Uint8Array;
  ownerSeq: number;
  /** Hash of the last owner event's payload. */
  ownerHead: string;
  readonly ownerHashes: Set<string>;
  headSeq: number;
  headHash: Uint8Array;
  /** When the last event was stamped. */
  lastAt: Instant;
  readonly collections: Map<string, CollectionState>;
  readonly grants: Map<string, GrantState>;
  policy: PolicyState;
  readonly rows: Map<string, RowState>;
}

/** The version that counts now. */
export function currentVersion(row: RowState): VersionState {
  const last = row.versions.at(-1);
  if (last === undefined) throw new RangeError('a row has at least one version');
  return last;
}

/** How a row stands: retracted over superseded over contested over live. */
export function standingOf(row: RowState): Standing {
  if (row.retractedSeq !== null) return 'retracted';
  if (row.supersededBy !== null) return 'superseded';
  return row.contests.length > 0 ? 'contested' : 'live';
}

/** The collection whose key seals what belongs to no collection: grant details, retrieval records, receipts. */
export function vaultCollection(state: VaultState): CollectionState | null {
  for (const collection of state.collections.values()) if (collection.purpose === 'vault') return collection;
  return null;
}
