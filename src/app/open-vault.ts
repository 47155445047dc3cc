import { LIMITS } from '../../schemas/limits.ts';
import type { GrantDetails } from '../../schemas/owner-event.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { type CollectionKey, fingerprint } from '../crypto/collection-key.ts';
import type { RowHeader } from '../memory/header.ts';
import { effectiveTier, type EffectiveTier, KnownLimits, type RowView, type Surroundings } from '../memory/lineage.ts';
import { normaliseForRepeat } from '../memory/normalise.ts';
import { currentEpoch, currentVersion, vaultCollection, type VaultState } from '../memory/state.ts';
import type { MemoryIndex } from '../retrieval/engine.ts';
import { Attributes } from './attributes.ts';
import { Descent } from './descent.ts';
import { KnownVectors } from './embeddings/known-vectors.ts';
import { HeldKeys } from './held-keys.ts';
import { Pasts } from './past/pasts.ts';
import { RecentlyServed } from './recently-served.ts';
import { BehindColumns } from './rows/behind-columns.ts';
import { OpenIndex } from './rows/open-index.ts';
import { OpenRows } from './rows/open-rows.ts';
import type { RowImage } from './rows/row-image.ts';
import { type Saying, Sayings } from './rows/sayings.ts';
import { stateBytes } from './rows/weights.ts';
import type { KnownSnapshot } from './snapshots/row-snapshots.ts';

export type { OpenRow } from './rows/open-rows.ts';

/** A grant whose boxes are open. */
export interface OpenGrant {
  readonly id: string;
  /** SHA-256 of its token's secret. */
  readonly tokenHash: Uint8Array;
  readonly details: GrantDetails;
  /** Ids of the collections that its boxes opened. */
  readonly collections: ReadonlySet<string>;
  /** When its token was last let in. */
  lastUsed: Instant;
}

/**
 * A vault in memory: its folded ledger always; keys, rows and index only of the collections that a token has opened. Dropping it loses nothing.
 */
export class OpenVault {
  readonly state: VaultState;
  readonly keys = new HeldKeys();
  /** Collection id to name and back, of the collections that are open. */
  readonly names = new Map<string, string>();
  readonly ids = new Map<string, string>();
  readonly grants = new Map<string, OpenGrant>();
  readonly rows: OpenRows;
  /** Rows that are in the ledger and do not open, with the code that says why. */
  readonly damaged = new Map<string, string>();
  /** Which of the rows in memory derive from which. */
  readonly descent = new Descent();
  readonly recent = new RecentlyServed();
  readonly attributes = new Attributes((collection) => this.rows.image(collection));
  /** Which row versions say what, by fingerprint of the text in normal form; in any open collection. */
  readonly sayings = new Sayings(() => this.rows.images);
  /** The stored snapshot of each collection, as far as it has been seen. */
  readonly snapshots = new Map<string, KnownSnapshot>();
  readonly behind = new BehindColumns();
  readonly pasts = new Pasts();
  readonly vectors = new KnownVectors();
  lastUsed: Instant = 0;
  readonly #opened = new OpenIndex();
  /** The limits of rows with sources, worked out once for as long as nothing happens. */
  readonly #limits = new KnownLimits();
  #limitsAt = -1;
  /** The fingerprints of the last texts that were asked about: a batch asks several times for each. */
  readonly #sayingKeys = new Map<string, string>();

  constructor(state: VaultState) {
    this.state = state;
    this.rows = new OpenRows(state.rows);
  }

  get index(): MemoryIndex {
    return this.#opened.index;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    const beside = this.sayings.bytes + this.attributes.bytes + this.descent.bytes + this.pasts.bytes;
    return stateBytes(this.state) + this.rows.bytes + this.index.bytes + beside;
  }

  get vault(): string {
    return this.state.vault;
  }

  /** The key for what belongs to no collection, as it holds now. @throws {MemSyncError} `key_unavailable` when no token has opened it. */
  vaultKey(): CollectionKey {
    return this.key(vaultCollection(this.state)?.id ?? '');
  }

  /** Every such key, newest first: what was sealed under an earlier one may not be under the newest yet. */
  vaultKeys(): readonly CollectionKey[] {
    return this.keys.all(vaultCollection(this.state)?.id ?? '');
  }

  /** The first such key, which no rotation changes: keyed hashes that must stay the same are made with it. @throws {MemSyncError} `key_unavailable` */
  hashKey(): CollectionKey {
    return this.keyAt(vaultCollection(this.state)?.id ?? '', 1);
  }

  /** The key that a collection's rows are sealed under now. @throws {MemSyncError} `key_unavailable` */
  key(collection: string): CollectionKey {
    const state = this.state.collections.get(collection);
    return this.keyAt(collection, state === undefined ? 0 : currentEpoch(state).epoch);
  }

  /** @throws {MemSyncError} `key_unavailable` */
  keyAt(collection: string, epoch: number): CollectionKey {
    const key = this.keys.at(collection, epoch);
    if (key === undefined) throw new MemSyncError('key_unavailable', 'The key of this collection is not in memory.');
    return key;
  }

  /** As `Surroundings` asks for it. */
  get around(): Surroundings {
    return { state: (id) => this.state.rows.get(id), view: (id) => this.rows.get(id), isOpen: (collection) => this.keys.has(collection) };
  }

  tierOf(row: RowView, now: Instant): EffectiveTier {
    if (this.#limitsAt !== this.state.headSeq) this.forgetLimits();
    return effectiveTier(row, this.around, this.state.policy.policy, now, this.#limits);
  }

  /** To be said after event `seq`, where it leaves every row's limits as they were; what is not said so is worked out anew after any event. */
  holdLimits(seq: number): void {
    if (this.#limitsAt === seq - 1) this.#limitsAt = seq;
  }

  /** To be said when other keys, and so other rows, are at hand. */
  forgetLimits(): void {
    this.#limits.clear();
    this.#limitsAt = this.state.headSeq;
  }

  /** Puts the current version of a row in place, in rows and index; earlier versions stay known as sayings. */
  place(header: RowHeader, text: string, basisAt: Instant): void {
    const state = this.state.rows.get(header.row);
    if (state === undefined) throw new MemSyncError('ledger_broken', `Row ${header.row} is not in the ledger.`);
    // What is new limits nothing that was there before.
    if (this.rows.has(header.row) || this.descent.isSource(header.row)) this.forgetLimits();
    this.rows.set(header.row, { state, header, text, basisAt });
    this.descent.put(header.row, header.derivedFrom);
    this.attributes.put(header);
    this.indexVersion(header, text, currentVersion(state).seq);
  }

  /** Puts a version of a row into the index, for what it said since event `from`; to be called of every version, the first one first. */
  indexVersion(header: RowHeader, text: string, from: number): void {
    this.index.put({
      id: header.row,
      version: header.version,
      from,
      since: this.state.rows.get(header.row)?.versions[0]?.seq ?? from,
      collection: header.collection,
      category: header.category,
      text,
      subject: header.subject,
      attribute: header.attribute,
      speaker: header.origin.claimed.speaker ?? null,
      role: header.origin.claimed.role ?? null,
      thread: header.origin.claimed.thread ?? null,
      observedAt: header.observedAt,
      recordedAt: header.origin.stamped.recordedAt,
    });
  }

  /** Notes that a row version says a text, so that a repeat of it is known for one. */
  noteSaying(row: string, version: number, text: string): void {
    this.sayings.note(this.sayingKey(text), row, version);
  }

  /** The row versions that say the same, up to case, spacing and punctuation; in any open collection. */
  sayingsOf(text: string): readonly Saying[] {
    return this.sayings.of(this.sayingKey(text));
  }

  sayingKey(text: string): string {
    const known = this.#sayingKeys.get(text);
    if (known !== undefined) return known;
    const key = hex(fingerprint(this.hashKey(), normaliseForRepeat(text)));
    if (this.#sayingKeys.size >= LIMITS.batchRows) this.#sayingKeys.clear();
    this.#sayingKeys.set(text, key);
    return key;
  }

  /** Whether that version is the row's current one. */
  isCurrent(row: string, version: number): boolean {
    const state = this.state.rows.get(row);
    return state !== undefined && currentVersion(state).version === version;
  }

  /** Closes a grant; keys that no other open grant has are wiped, and what they opened is dropped. */
  drop(grant: string): void {
    this.grants.delete(grant);
    this.pasts.clear();
    this.vectors.forgetQueries();
    this.forgetLimits();
    const kept = new Set([...this.grants.values()].flatMap((other) => [...other.collections]));
    for (const collection of this.keys.collections()) {
      if (kept.has(collection)) continue;
      this.keys.drop(collection);
      this.closeRows(collection);
    }
    this.purge();
  }

  /** Takes the rows of a collection that have been opened out of a snapshot in, with its index; none of them may be here. False, and nothing done, where the index is none of this engine. */
  load(image: RowImage, index: Uint8Array): boolean {
    if (!this.#opened.load(index)) return false;
    this.rows.adopt(image);
    this.descent.adopt(image);
    this.forgetLimits();
    return true;
  }

  /** Lets an image of a collection's rows take the place of the rows that it was made of. */
  settle(image: RowImage): void {
    const { collection } = image;
    const isIts = (row: string): boolean => image.find(row) >= 0;
    this.rows.settle(image);
    this.sayings.settle(isIts);
    this.attributes.settle(collection, isIts);
    this.descent.replace(image);
  }

  /** Takes all rows of a collection out of memory. */
  closeRows(collection: string): void {
    this.descent.close(collection);
    const gone = new Set(this.rows.close(collection));
    for (const id of this.damaged.keys()) if (this.state.rows.get(id)?.collection === collection) gone.add(id);
    this.snapshots.delete(collection);
    this.vectors.close(collection);
    this.#letGo(gone);
    this.attributes.settle(collection, (row) => gone.has(row));
    if (this.rows.size === 0) this.#opened.clear();
  }

  /** Wipes a collection's keys; no grant has it open any more. Its rows are taken out by whoever closes it. */
  closeCollection(collection: string): void {
    this.keys.drop(collection);
    this.pasts.clear();
    this.forgetLimits();
    const name = this.names.get(collection);
    this.names.delete(collection);
    if (name !== undefined) this.ids.delete(name);
    // Whoever has it open opens anew what is left.
    this.grants.clear();
  }

  /** Takes rows out of memory: what they say, and that they say it. */
  removeRows(ids: readonly string[]): void {
    this.#letGo(ids);
    // What lies in a snapshot's bytes last: descent may have to be read out of them.
    this.rows.forget(ids);
  }

  #letGo(ids: Iterable<string>): void {
    for (const id of ids) {
      this.damaged.delete(id);
      this.index.remove(id);
      this.descent.remove(id);
      this.attributes.remove(id);
      this.sayings.forget(id);
    }
    this.pasts.clear();
    this.forgetLimits();
    this.#sayingKeys.clear();
  }

  /** To be said when rows have been removed, once for all of them: their words go. */
  purge(): void {
    this.#opened.purge();
  }

  /** Wipes every key. The object must not be used afterwards. */
  wipe(): void {
    this.keys.wipe();
    this.pasts.clear();
    this.rows.clear();
    this.descent.clear();
    this.recent.clear();
    this.attributes.clear();
    this.grants.clear();
    this.sayings.clear();
    this.snapshots.clear();
    this.vectors.clear();
    this.damaged.clear();
    this.#sayingKeys.clear();
    this.#opened.clear();
  }
}
