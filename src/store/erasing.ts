import type { StoredCertificate } from './records.ts';

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
  /** Takes away every version of rows, what jobs know of them, and what discloses them in receipts. */
  rows(vault: string, rows: readonly { readonly row: string; readonly collection: string }[]): Promise<void>;
  /** Takes away the vault's pending retrievals, and what idempotency keys remember of retrievals or of these rows; of all with null. */
  beside(vault: string, rows: ReadonlySet<string> | null): Promise<void>;
  /** Takes away that threads were shown these rows. */
  served(vault: string, rows: ReadonlySet<string>): Promise<void>;
  /** Takes away every sealed copy of a collection's keys, and its rotations. */
  collection(vault: string, collection: string): Promise<void>;
  /** Takes away every receipt of a vault, what discloses it, and what was shown to whom. */
  records(vault: string): Promise<void>;
  /** Takes away everything of a vault but its ledger's stored events, their owner's leaves, its grants' ids and its certificates. */
  vault(vault: string): Promise<void>;
  /** A vault's certificates, newest first. */
  certificates(vault: string): Promise<readonly StoredCertificate[]>;
}
