import type { Instant } from '../core/instant.ts';
import type { ReceiptLabel, StoredAddendum, StoredDue } from './addenda.ts';
import type {
  StoredBox,
  StoredCertificate,
  StoredErasure,
  StoredEvent,
  StoredHead,
  StoredRead,
  StoredReceipt,
  StoredReceiptRow,
  StoredRewrap,
  StoredRow,
  StoredServed,
  StoredVersion,
} from './records.ts';

/** An import that is under way. */
export interface StoredImport {
  readonly vault: string;
  /** 16 bytes: who knows them may go on with it. */
  readonly id: Uint8Array;
  /** Under which vault id its records lie until the end: the vault's own, where it is not here. */
  readonly stageKey: string;
  /** Up to which event the vault was here when it began; null for none. */
  readonly baseSeq: number | null;
  readonly begunAt: Instant;
  readonly touchedAt: Instant;
  /** How many pieces have come. */
  readonly pieces: number;
  /** What the owner has signed, as JSON. */
  readonly request: Uint8Array;
}

/** More of an artefact whose addendum has come, with the `from` bytes before it. */
export interface EvidencePart extends Pick<StoredAddendum, 'receipt' | 'number'> {
  readonly from: number;
  readonly sealed: Uint8Array;
}

/** One piece of an import: written whole or not at all. */
export interface ImportPiece {
  readonly events: readonly StoredEvent[];
  readonly versions: readonly StoredVersion[];
  readonly rows: readonly StoredRow[];
  readonly boxes: readonly StoredBox[];
  readonly receipts: readonly StoredReceipt[];
  readonly receiptRows: readonly StoredReceiptRow[];
  readonly served: readonly StoredServed[];
  readonly reads: readonly StoredRead[];
  readonly addenda: readonly StoredAddendum[];
  /** Added to the addenda that have come, those of this piece among them. */
  readonly evidence: readonly EvidencePart[];
  readonly dues: readonly StoredDue[];
  readonly labels: readonly ReceiptLabel[];
  /** What only counts at the end, as JSON. */
  readonly notes: readonly string[];
}

/** What the end of an import writes besides what has come. */
export interface ImportEnd {
  /** Where the vault stood when the import was checked; null where it is not here. */
  readonly expected: StoredHead | null;
  readonly head: StoredHead;
  readonly grants: readonly string[];
  readonly rewraps: readonly StoredRewrap[];
  readonly erasures: readonly StoredErasure[];
  readonly certificates: readonly StoredCertificate[];
  /** A setting of the store that is written with it. */
  readonly meta: { readonly key: string; readonly value: string };
}

/** What taking a vault along needs of a store. As elsewhere, each reading is consistent in itself and each writing one durable transaction. */
export interface TransferStore {
  /** What threads were shown, in order, from after one of them on. */
  served(vault: string, after: StoredServed | null, limit: number): Promise<readonly StoredServed[]>;
  /** What grants were shown, by grant and retrieval, from after one of them on. */
  reads(vault: string, after: Pick<StoredRead, 'grant' | 'retrieval'> | null, limit: number): Promise<readonly StoredRead[]>;
  /** Which receipts name which model labels, in order, from after one of them on. */
  labels(vault: string, after: ReceiptLabel | null, limit: number): Promise<readonly ReceiptLabel[]>;
  erasures(vault: string): Promise<readonly StoredErasure[]>;
  certificates(vault: string): Promise<readonly StoredCertificate[]>;
  /** Every box under a vault id, the owner's own first. */
  boxes(vault: string): Promise<readonly StoredBox[]>;
  /** How many row versions, receipts, rows of receipts and addenda there are under a vault id. */
  counts(vault: string): Promise<{ versions: number; receipts: number; receiptRows: number; addenda: number }>;
  /** Addenda under a vault id that belong to no receipt there, or are not numbered from 1 on without a gap: a receipt of them, or null. */
  strayAddendum(vault: string): Promise<string | null>;
  /** The collections that have row versions under a vault id. */
  collections(vault: string): Promise<readonly string[]>;
  import(vault: string): Promise<StoredImport | null>;
  /** What an import has noted for its end, in order. */
  notes(vault: string): Promise<readonly string[]>;
  /** Vaults whose imports nobody has gone on with since. */
  importsBefore(touchedBefore: Instant): Promise<readonly string[]>;
  /** Begins an import; what an earlier one of the vault has left goes. */
  begin(started: StoredImport): Promise<void>;
  /** Adds the piece of that number; false when it has come before. @throws {StoreConflict} when the import is another, or not that far */
  add(vault: string, id: Uint8Array, piece: number, records: ImportPiece, now: Instant): Promise<boolean>;
  /**
   * Puts an import in place: the vault is there from here on. Where other evidence has been added to a receipt here than there, what is here stands;
   * gives how many addenda are left out for that. @throws {StoreConflict} when the vault has moved on, or another has one of the grants
   */
  end(vault: string, id: Uint8Array, end: ImportEnd): Promise<number>;
  /** Removes an import that has not ended, and what it has brought. */
  drop(vault: string): Promise<void>;
}
