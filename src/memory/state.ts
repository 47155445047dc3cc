import type { GrantedBody, SignedBox } from '../../schemas/owner-event.ts';
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
  /** How far the owner had seen the ledger: what came after, the word does not answer. */
  readonly seen: number;
}

/** A grant's doubt about a row. */
export interface Contest {
  readonly grantId: string;
  readonly seq: number;
  readonly at: Instant;
  /** What it came of: an edit or a supersession that the grant may not make, another value of the same attribute, or plain doubt. */
  readonly reason: 'edit' | 'supersede' | 'attribute' | 'doubt';
}

/** The doubts of one grant. */
export interface Doubts {
  /** How many rows it holds in doubt now. */
  open: number;
  /** When it raised the last of them, oldest first; no more than count for a day's budget. */
  readonly raisedAt: Instant[];
}

/** A place in the ledger, and when it was stamped. */
export interface Place {
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
  supersededBy: { readonly id: string; readonly seq: number; readonly at: Instant } | null;
  /** The rows that it has taken the place of. */
  replaces: readonly string[];
  validation: Validation | null;
  /** When an app last said that it still holds; an annotation. */
  appConfirmedAt: Instant | null;
  erased: Place | null;
  /** The restore since which nobody has stood behind the row: events about it may have been lost, so it stays dormant. Null for none. */
  restoredSeq: number | null;
}

/** Rows by id, in the order in which the ledger brought them. */
export interface RowMap extends Iterable<[string, RowState]> {
  readonly size: number;
  has(id: string): boolean;
  get(id: string): RowState | undefined;
  set(id: string, row: RowState): unknown;
  keys(): IterableIterator<string>;
  values(): IterableIterator<RowState>;
  entries(): IterableIterator<[string, RowState]>;
}

/** One key of a collection: those after the first open the one before. */
export interface EpochState {
  readonly epoch: number;
  /** The event since which everything new is sealed under it. */
  readonly seq: number;
  readonly keyCommitment: string;
  readonly boxSha256: string;
  /** The key before it, sealed under it; null for the first. */
  readonly sealedPrevious: string | null;
}

export interface CollectionState {
  readonly id: string;
  readonly purpose: 'rows' | 'vault';
  /** Sealed under the first epoch's key. */
  readonly sealedName: string;
  /** From the first on; the last is the one that holds. */
  readonly epochs: EpochState[];
  erased: Place | null;
}

export interface GrantState {
  readonly body: GrantedBody;
  readonly seq: number;
  readonly at: Instant;
  revokedAt: Instant | null;
  /** Its copy of each collection's key, of the last epoch that it was given. */
  boxes: readonly SignedBox[];
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
  /** The key that owner events are signed with now. */
  ownerKey: Uint8Array;
  /** What the next such key must hash to, in hexadecimal. */
  nextKeyHash: string;
  /** The events that moved on to another owner key, oldest first: whoever starts from the genesis needs them to know the key. */
  readonly ownerRotations: SignedPayload[];
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
  readonly rows: RowMap;
  /** What each grant has raised of doubts, for its budget. */
  readonly doubts: Map<string, Doubts>;
  /** The whole vault's erasure, or null. */
  erased: Place | null;
}

/** The version that counts now. */
export function currentVersion(row: RowState): VersionState {
  const last = row.versions.at(-1);
  if (last === undefined) throw new RangeError('a row has at least one version');
  return last;
}

/** The key that a collection's rows are sealed under now. */
export function currentEpoch(collection: CollectionState): EpochState {
  const last = collection.epochs.at(-1);
  if (last === undefined) throw new RangeError('a collection has at least one key');
  return last;
}

/** The epoch that held for a collection when event `seq` was appended. */
export function epochAt(collection: CollectionState, seq: number): number {
  return collection.epochs.findLast((epoch) => epoch.seq <= seq)?.epoch ?? 1;
}

/** How a row stands: erased over retracted over superseded over contested over live. */
export function standingOf(row: RowState): Standing {
  if (row.erased !== null) return 'erased';
  if (row.retractedSeq !== null) return 'retracted';
  if (row.supersededBy !== null) return 'superseded';
  return row.contests.length > 0 ? 'contested' : 'live';
}

/** The collection whose key seals what belongs to no collection: grant details, retrieval records, receipts. */
export function vaultCollection(state: VaultState): CollectionState | null {
  for (const collection of state.collections.values()) if (collection.purpose === 'vault') return collection;
  return null;
}
