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
  ofReceipt(vault: string, receipt: string): Promise<readonly StoredAddendum[]>;
  /** Of the named receipts, in order. */
  ofReceipts(vault: string, receipts: readonly string[]): Promise<ReadonlyMap<string, readonly StoredAddendum[]>>;
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
