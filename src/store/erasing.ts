import type { StoredCertificate, StoredServed } from './records.ts';

/** An erasure that the ledger orders as event `seq`, and that has not been carried out on the disk. */
export interface PendingErasure {
  readonly vault: string;
  readonly seq: number;
}

/** What carrying out erasures takes. Every method is one whole transaction, and harmless when done again. */
export interface ErasingStore {
  /** Every erasure that is not done, of all vaults. */
  pending(): Promise<readonly PendingErasure[]>;
  /** Takes away what lies beside events: the sealed halves of grants' events. */
  blank(vault: string, seqs: readonly number[]): Promise<void>;
  /**
   * Takes away every version of rows, their vectors, what jobs know of them, and what discloses them in receipts; with that the artefacts that were
   * handed in as evidence for those receipts.
   */
  rows(vault: string, rows: readonly { readonly row: string; readonly collection: string }[]): Promise<void>;
  /** Takes away the vault's pending retrievals, and what idempotency keys remember of retrievals or of these rows; of all with null. */
  beside(vault: string, rows: ReadonlySet<string> | null): Promise<void>;
  /** Puts these in the place of what has been kept of the same retrievals: that a thread was shown no more than that. */
  served(vault: string, records: readonly StoredServed[]): Promise<void>;
  /** Takes away every sealed copy of a collection's keys, its rotations, and the vault's checkpoints, which are made anew. */
  collection(vault: string, collection: string): Promise<void>;
  /**
   * Takes away receipts of a vault, what discloses them, the evidence that came after them, what cases over them say, and what was shown to whom:
   * `most` of each. Returns whether there may be more.
   */
  records(vault: string, most: number): Promise<boolean>;
  /**
   * Takes away everything of a vault but its ledger's stored events, their owner's leaves, its grants' ids, its certificates, and the ids, times
   * and counts of the cases over it: `most` of each kind. Returns whether there may be more.
   */
  vault(vault: string, most: number): Promise<boolean>;
  /** A vault's certificates, newest first. */
  certificates(vault: string): Promise<readonly StoredCertificate[]>;
}
