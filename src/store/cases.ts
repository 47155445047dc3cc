import type { Instant } from '../core/instant.ts';

export interface StoredDesk {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
}

export interface StoredReviewer {
  readonly id: string;
  readonly desk: string;
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly key: Uint8Array;
  /** Hash of a key derived from the token's secret, 32 bytes. */
  readonly authHash: Uint8Array;
  readonly addedAt: Instant;
  readonly removedAt: Instant | null;
}

/** A case as it is kept: in the clear what a queue is sorted and found by, sealed what the desk is told of the answer. */
export interface StoredCase {
  readonly id: string;
  readonly desk: string;
  readonly vault: string;
  readonly receipt: string;
  readonly openedAt: Instant;
  readonly state: 'hold' | 'clear';
  readonly assigned: string | null;
  readonly decidedBeforeProof: boolean;
  readonly reopened: number;
  /** How much has happened to it: of its events and of what has been told it of the receipt's claims. */
  readonly revision: number;
  readonly sealed: Uint8Array;
}

export interface StoredCaseEvent {
  readonly case: string;
  readonly number: number;
  readonly at: Instant;
  readonly logIndex: number;
  /** The statement, under the desks' key. */
  readonly sealed: Uint8Array;
}

/** What a commit makes of one case. Applied on top of the revision `expected` (null: there is none yet), or not at all. */
export interface CaseChange {
  readonly expected: number | null;
  readonly next: StoredCase;
  readonly events: readonly StoredCaseEvent[];
}

/** How a page of cases is asked for; newest first. */
export interface CaseFilter {
  /** One of the two is named: a desk's cases, or a vault's. */
  readonly desk: string | null;
  readonly vault: string | null;
  readonly receipt: string | null;
  readonly state: 'hold' | 'clear' | null;
  readonly assigned: string | null;
  readonly decidedBeforeProof: boolean;
  readonly reopened: boolean;
  /** Case id to go on below (exclusive), or null. */
  readonly before: string | null;
  /** At least 1. */
  readonly limit: number;
}

/** A page of cases. What it costs does not grow with how many there are: a page may be short, even empty, and still not be the last. */
export interface CasePage {
  readonly cases: readonly StoredCase[];
  readonly next: string | null;
}

/** Reading and desk-keeping of the review queue. Cases are written with commits. Every method is one whole transaction. */
export interface CaseStore {
  desks(): Promise<readonly StoredDesk[]>;
  reviewers(desk: string): Promise<readonly StoredReviewer[]>;
  reviewer(id: string): Promise<StoredReviewer | null>;
  /** False, and nothing done, where the name is taken. */
  addDesk(desk: StoredDesk): Promise<boolean>;
  /** False, and nothing done, where the desk has had a reviewer of that name. */
  addReviewer(reviewer: StoredReviewer): Promise<boolean>;
  /** False where there is no such reviewer, or they have been removed before. */
  removeReviewer(id: string, at: Instant): Promise<boolean>;
  case(id: string): Promise<StoredCase | null>;
  events(id: string): Promise<readonly StoredCaseEvent[]>;
  /** Every case over a receipt. */
  overReceipt(vault: string, receipt: string): Promise<readonly StoredCase[]>;
  page(filter: CaseFilter): Promise<CasePage>;
  /** Counts over all desks, for metrics. */
  counts(): Promise<{ readonly hold: number; readonly clear: number; readonly reopened: number; readonly decidedBeforeProof: number }>;
}
