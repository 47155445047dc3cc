import type { Instant } from '../core/instant.ts';

/** Evidence that came after its receipt, as it is kept. */
export interface StoredAddendum {
  readonly receipt: string;
  /** Of the receipt's addenda, from 1 on, in the log's order. */
  readonly number: number;
  readonly id: string;
  readonly at: Instant;
  readonly logIndex: number;
  /** The statement and how it was judged, under the vault's key. */
  readonly sealed: Uint8Array;
  /** The artefact with its salt, under the vault's key; empty once it has been erased, and for a second look at another's. */
  readonly evidence: Uint8Array;
  /** The proof that another service gave out, in whose log `logIndex` is. */
  readonly proof?: string;
}

/** An addendum without its artefact, which may be large and is asked for by itself. */
export interface KeptAddendum extends Omit<StoredAddendum, 'evidence'> {
  /** How many bytes there are of the sealed artefact; 0 where there is none, or none any more. */
  readonly evidenceBytes: number;
}

/** A piece of evidence that is pending, and when it is looked at again. */
export interface StoredDue {
  readonly receipt: string;
  readonly number: number;
  readonly dueAt: Instant;
  /** How many times it has been looked at. */
  readonly looks: number;
}

/** A change to what is pending: written with the commit that it comes of. */
export interface DueChange extends Omit<StoredDue, 'dueAt'> {
  /** Null where nobody looks at it any more. */
  readonly dueAt: Instant | null;
}

/** Ids of receipts, newest first. What a page costs does not grow with how many there are: it may be short, even empty, and still not be the last. */
export interface LabelledPage {
  readonly receipts: readonly string[];
  /** The id to go on below, not always one of a receipt; null when there are no more. */
  readonly next: string | null;
}

/** That a receipt names a model label: a keyed hash of it. */
export interface ReceiptLabel {
  readonly receipt: string;
  readonly labelTag: Uint8Array;
}

/** Whether a receipt's payment is verified, from here on, while another claim is not. */
export interface PaidFlag {
  readonly receipt: string;
  readonly flag: boolean;
}

/** Reading what came after receipts. Every method is one consistent read. */
export interface AddendumStore {
  /** All of a receipt, in order. */
  ofReceipt(vault: string, receipt: string): Promise<readonly KeptAddendum[]>;
  /** Of a receipt those after a number, in order: one at least where there is any, then as many as come to about so many bytes. */
  after(vault: string, receipt: string, number: number, bytes: number): Promise<readonly StoredAddendum[]>;
  /** The latest of each of the named receipts that have any, by receipt. */
  latest(vault: string, receipts: readonly string[]): Promise<ReadonlyMap<string, KeptAddendum>>;
  /** The sealed artefact of one: empty once it has been erased, null where there is no such addendum. */
  evidence(vault: string, receipt: string, number: number): Promise<Uint8Array | null>;
  /** What is pending of a receipt. */
  dueOf(vault: string, receipt: string): Promise<readonly StoredDue[]>;
  /** What is due in a vault at or before `now`, soonest first, at most `limit`. */
  dueIn(vault: string, now: Instant, limit: number): Promise<readonly StoredDue[]>;
  /** How much is pending, and how much of it is due, over all vaults. */
  dueCount(now: Instant): Promise<{ readonly pending: number; readonly due: number }>;
  /** Puts off what is due, for whoever looks at it now: false, and nothing done, where somebody else has it, or has been there. */
  claimDue(vault: string, due: StoredDue, until: Instant): Promise<boolean>;
  /** Receipts that name a model label, below `before` (exclusive, null for the newest), newest first; `grant`'s own, or with null all. */
  labelled(vault: string, labelTag: Uint8Array, grant: string | null, before: string | null, limit: number): Promise<LabelledPage>;
}
