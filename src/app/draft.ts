import type { ValidationLeaf } from '../../schemas/owner-event.ts';
import { utf8 } from '../core/bytes.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import {
  encodeClear,
  encodeGrantEvent,
  encodeJobEvent,
  encodeOwnerEvent,
  type GrantEvent,
  type JobEvent,
  linkHash,
  NO_PREVIOUS,
} from '../memory/event.ts';
import type {
  NewIdempotency,
  StoredBox,
  StoredCertificate,
  StoredErasure,
  StoredEvent,
  StoredHead,
  StoredRead,
  StoredReceipt,
  StoredReceiptRow,
  StoredReseal,
  StoredRetrieval,
  StoredRewrap,
  StoredRow,
  StoredServed,
  StoredVersion,
  StoredWrap,
} from '../store/records.ts';
import type { DueChange, PaidFlag, ReceiptLabel, StoredAddendum } from '../store/addenda.ts';
import type { VaultChange } from '../store/store.ts';
import type { StoredVector } from '../store/vectors.ts';
import { type EventBody, sealEventBody } from './event-body.ts';

/** The end of a vault's ledger: all that is needed to append to it. */
export interface LedgerTail {
  readonly vault: string;
  headSeq: number;
  headHash: Uint8Array;
  lastAt: Instant;
}

/** The tail that a genesis signed at `signedAt` is appended to. */
export function emptyTail(vault: string, signedAt: Instant): LedgerTail {
  return { vault, headSeq: -1, headHash: NO_PREVIOUS, lastAt: signedAt };
}

/** What one commit will write for one vault. Appending moves the tail on at once; a failed commit drops the vault from memory. */
export class VaultDraft {
  readonly tail: LedgerTail;
  readonly now: Instant;
  readonly versions: StoredVersion[] = [];
  readonly rows = new Map<string, StoredRow>();
  readonly grants: string[] = [];
  readonly boxes: StoredBox[] = [];
  readonly unboxed: string[] = [];
  readonly retrievals: StoredRetrieval[] = [];
  readonly receipts: StoredReceipt[] = [];
  readonly receiptRows: StoredReceiptRow[] = [];
  readonly idempotency: NewIdempotency[] = [];
  readonly served: StoredServed[] = [];
  readonly reads: StoredRead[] = [];
  readonly rewraps: StoredRewrap[] = [];
  readonly rewrapped: StoredWrap[] = [];
  readonly resealed: StoredReseal[] = [];
  readonly erasures: StoredErasure[] = [];
  readonly certificates: StoredCertificate[] = [];
  readonly vectors: StoredVector[] = [];
  readonly addenda: StoredAddendum[] = [];
  readonly dues: DueChange[] = [];
  readonly receiptLabels: ReceiptLabel[] = [];
  readonly paidUnexplained: PaidFlag[] = [];
  /** Rows about which something has happened, and whose next step cannot be worked out now. */
  readonly unsure: string[] = [];
  readonly #events: StoredEvent[] = [];
  readonly #expected: StoredHead | null;
  #pinned = false;

  /** `now` is when its events are stamped: never before the last one that the ledger has. */
  constructor(tail: LedgerTail, now: Instant) {
    this.tail = tail;
    this.now = Math.max(now, tail.lastAt);
    this.#expected = tail.headSeq < 0 ? null : { seq: tail.headSeq, hash: tail.headHash, at: tail.lastAt };
  }

  /** Appends a grant's event, its body sealed for this very place. Returns its sequence number. */
  appendGrantEvent(event: GrantEvent, under: CollectionKey, body: EventBody | null, random: Random): number {
    const clear = encodeClear(event);
    const sealed = sealEventBody(under, this.tail.headSeq + 1, this.tail.headHash, clear, body, random);
    return this.#append(encodeGrantEvent(clear, sealed), sealed);
  }

  /** `at` is when it counts as appended: now, but for a genesis, which is stamped with the time at which it was signed. */
  appendOwnerEvent(signed: SignedPayload, leaves: readonly ValidationLeaf[], at: Instant = this.now): number {
    return this.#append(encodeOwnerEvent(at, signed), leaves.length === 0 ? null : utf8(JSON.stringify(leaves)), at);
  }

  appendJobEvent(event: JobEvent): number {
    return this.#append(encodeJobEvent(event), null);
  }

  /** How much there is to write: it grows by whatever is added, which in memory always comes together with an event. */
  get extent(): number {
    const ledger = [this.#events, this.versions, this.grants, this.boxes, this.unboxed];
    const beside = [this.retrievals, this.receipts, this.idempotency, this.served, this.reads, this.certificates];
    const evidence = [this.addenda, this.dues, this.receiptLabels, this.paidUnexplained];
    const lists = [...ledger, ...beside, ...evidence, this.rewraps, this.rewrapped, this.resealed, this.erasures, this.vectors];
    return lists.reduce((sum, list) => sum + list.length, this.rows.size);
  }

  /** Has the commit refused where the ledger has moved on by then, also if nothing is written to the vault: what it stands on is read there. */
  pin(): void {
    this.#pinned = true;
  }

  /** Whether there is nothing to write, and nothing to hold on to. */
  get isEmpty(): boolean {
    return this.extent === 0 && !this.#pinned;
  }

  change(): VaultChange {
    return {
      vault: this.tail.vault,
      expected: this.#expected,
      events: this.#events,
      head: { seq: this.tail.headSeq, hash: this.tail.headHash, at: this.tail.lastAt },
      versions: this.versions,
      rows: [...this.rows.values()],
      grants: this.grants,
      boxes: this.boxes,
      unboxed: this.unboxed,
      retrievals: this.retrievals,
      receipts: this.receipts,
      receiptRows: this.receiptRows,
      idempotency: this.idempotency,
      served: this.served,
      reads: this.reads,
      rewraps: this.rewraps,
      rewrapped: this.rewrapped,
      resealed: this.resealed,
      erasures: this.erasures,
      certificates: this.certificates,
      vectors: this.vectors,
      addenda: this.addenda,
      dues: this.dues,
      receiptLabels: this.receiptLabels,
      paidUnexplained: this.paidUnexplained,
      unsure: this.unsure,
    };
  }

  #append(stored: Uint8Array, beside: Uint8Array | null, at: Instant = this.now): number {
    const seq = this.tail.headSeq + 1;
    const hash = linkHash(seq, this.tail.headHash, stored);
    this.#events.push({ seq, hash, stored, beside });
    this.tail.headSeq = seq;
    this.tail.headHash = hash;
    this.tail.lastAt = Math.max(this.tail.lastAt, at);
    return seq;
  }
}
