import type { Tier } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';

/** A place in a vault's ledger; `hash` is 32 bytes. */
export interface StoredHead {
  readonly seq: number;
  readonly hash: Uint8Array;
  /** When the event there was stamped. */
  readonly at: Instant;
}

/** One event as it is kept. `beside` (validation leaves, the sealed half of a grant's event) can be erased without touching the chain. */
export interface StoredEvent {
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly stored: Uint8Array;
  readonly beside: Uint8Array | null;
}

/** One row version, sealed. `epoch` is the one it was sealed in, `wrapEpoch` the one its key is wrapped in. */
export interface StoredVersion {
  readonly row: string;
  readonly version: number;
  readonly collection: string;
  readonly epoch: number;
  readonly wrapEpoch: number;
  readonly header: Uint8Array;
  readonly text: Uint8Array;
  readonly wrappedKey: Uint8Array;
  readonly commitment: Uint8Array;
}

/**
 * What a keyless job needs to know of a row: where it stands and when it falls. Kept in the clear, believed by nobody who can compute:
 * an altered one changes when a job comes by, never what a reader sees.
 */
export interface StoredRow {
  readonly row: string;
  readonly version: number;
  readonly tier: Tier;
  readonly activeUntil: Instant;
  readonly backgroundUntil: Instant;
  /** When it next falls, or null when it is dormant or no longer served. */
  readonly dueAt: Instant | null;
}

export interface DueRow extends StoredRow {
  readonly vault: string;
}

/** A grant's sealed copy of one collection key; `grant` is null for the owner's own copy. */
export interface StoredBox {
  readonly grant: string | null;
  readonly collection: string;
  readonly epoch: number;
  readonly box: Uint8Array;
}

/** One retrieval, sealed under the vault's key, until it lapses. */
export interface StoredRetrieval {
  readonly id: string;
  readonly grant: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly sealed: Uint8Array;
}

/** One receipt. `sealed` is the envelope and what belongs to no single row; each row's disclosures lie apart, so that they can be erased. */
export interface StoredReceipt {
  readonly id: string;
  readonly retrieval: string;
  readonly grant: string;
  readonly issuedAt: Instant;
  readonly logIndex: number;
  /** Keyed hash of the conversation's thread, or null. */
  readonly threadTag: Uint8Array | null;
  /** Whether its payment is verified while another claim that was made is not. */
  readonly paidUnexplained: boolean;
  readonly sealed: Uint8Array;
  /** The proof that another service gave out, in whose log `logIndex` is, where the receipt was issued there. */
  readonly proof?: string;
}

/** What discloses one row of a receipt; empty once the row is erased. */
export interface StoredReceiptRow {
  readonly receipt: string;
  readonly position: number;
  readonly row: string;
  readonly sealed: Uint8Array;
}

/** What an idempotency key was used for: a keyed MAC of the request, and the ids that came of it. No text. */
export interface StoredIdempotency {
  readonly grant: string;
  readonly key: Uint8Array;
  readonly requestMac: Uint8Array;
  readonly resultIds: readonly string[];
  readonly expiresAt: Instant;
}

/** What one retrieval showed to a thread, so that what is said there afterwards can be known for an echo. */
export interface StoredServed {
  /** Keyed hash of the thread's name. */
  readonly threadTag: Uint8Array;
  readonly at: Instant;
  readonly retrieval: string;
  readonly rows: readonly string[];
}

/** What one retrieval showed to a grant: for the owner, who may ask what an app has read. */
export interface StoredRead {
  readonly grant: string;
  readonly retrieval: string;
  readonly at: Instant;
  readonly rows: readonly string[];
}

/** How far what lies under a collection's earlier keys has been brought under its newest: row keys first, then what is kept of receipts. */
export interface StoredRewrap {
  readonly collection: string;
  readonly epoch: number;
  /** Every row up to this one is done; '' for none. */
  readonly afterRow: string;
  /** Every receipt up to this one is done; '' for none, null until every row is done. */
  readonly afterReceipt: string | null;
  readonly doneAt: Instant | null;
}

/** A row version's wrapped key, and the epoch of the collection key that it is wrapped under. */
export interface StoredWrap {
  readonly collection: string;
  readonly row: string;
  readonly version: number;
  readonly wrapEpoch: number;
  readonly wrappedKey: Uint8Array;
}

/** A sealed record sealed anew: it takes the place of `before`, and of nothing else. */
export type StoredReseal = { readonly before: Uint8Array; readonly sealed: Uint8Array } & (
  | { readonly kind: 'receipt' | 'retrieval'; readonly id: string }
  | { readonly kind: 'receipt-row'; readonly id: string; readonly position: number }
  /** What is said of an addendum, or its artefact; `id` is the receipt's. */
  | { readonly kind: 'addendum' | 'evidence'; readonly id: string; readonly number: number }
);

/** An erasure that the ledger holds as event `seq`; `doneAt` once nothing of it is left on the disk. */
export interface StoredErasure {
  readonly seq: number;
  readonly doneAt: Instant | null;
}

/** What the service has signed about an erasure or an export; the envelope's bytes are JSON. */
export interface StoredCertificate {
  readonly id: string;
  readonly kind: 'erasure' | 'export';
  readonly at: Instant;
  readonly logIndex: number;
  readonly envelope: Uint8Array;
  /** As for a receipt. */
  readonly proof?: string;
}

/** An idempotency record as it is written: it takes the place of one that had lapsed at `notedAt`, and of no other. */
export interface NewIdempotency extends StoredIdempotency {
  readonly notedAt: Instant;
}

/** The log as of its last checkpoint. */
export interface StoredLog {
  readonly size: number;
  readonly root: Uint8Array;
  /** The signed note. */
  readonly checkpoint: string;
  readonly at: Instant;
}

/** A hash tile or, at level −1, an entry bundle, as far as it is filled. */
export interface StoredTile {
  readonly level: number;
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** One run of a job. */
export interface JobRun {
  readonly job: string;
  /** The scheduled instant that the run is for. */
  readonly tick: Instant;
  readonly worker: string;
  readonly attempt: number;
  readonly claimedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly outcome: 'running' | 'done' | 'failed';
  /** Counts of what it did, as JSON. */
  readonly report: string | null;
}
