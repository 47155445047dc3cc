import { equalBytes, fromBase64 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { linkHash, NO_PREVIOUS, parseStoredEvent } from '../../memory/event.ts';
import { HashList } from './hash-list.ts';
import type { AuditSource } from './source.ts';

/** Events between two hashes that are kept. */
export const BLOCK = 256;
/** Blocks whose events' places are held. */
const HELD = 16;

/** What is known of one event of the ledger. */
export interface EventPlace {
  /** The ledger's hash there, 32 bytes. */
  readonly hash: Uint8Array;
  readonly at: Instant;
}

/**
 * Every event's hash and time, of a ledger whose links have been followed. Holds 32 bytes for 256 events; those in between are fetched again when
 * they are asked for, and count only if they lead from one kept hash to the next.
 */
export class ChainIndex {
  readonly #source: Pick<AuditSource, 'events'>;
  readonly #vault: string;
  readonly #marks: HashList;
  readonly #blocks = new Map<number, EventPlace[]>();
  #length: number;
  #head: Uint8Array;

  /** `marks` as they were encoded; `head` is the last event that they were kept at, null for none. */
  constructor(
    source: Pick<AuditSource, 'events'>,
    vault: string,
    marks: string,
    head: { readonly seq: number; readonly hash: Uint8Array } | null,
  ) {
    this.#source = source;
    this.#vault = vault;
    this.#marks = HashList.of(marks);
    this.#length = (head?.seq ?? -1) + 1;
    this.#head = head?.hash ?? NO_PREVIOUS;
  }

  get marks(): string {
    return this.#marks.encoded;
  }

  /** Takes in the event that follows, whose link has been checked. */
  add(seq: number, hash: Uint8Array, at: Instant): void {
    const number = Math.floor(seq / BLOCK);
    // After going on from what was kept, the block that had been begun is fetched when it is needed.
    const block = seq % BLOCK === 0 ? [] : this.#blocks.get(number);
    if (block !== undefined) {
      block.push({ hash, at });
      this.#hold(number, block);
    }
    if (seq % BLOCK === BLOCK - 1) this.#marks.push(hash);
    this.#length = seq + 1;
    this.#head = hash;
  }

  /**
   * Null past the end of what has been followed.
   * @throws {MemSyncError} `service_lied` when the service shows other events there than before; what asking it throws
   */
  async at(seq: number): Promise<EventPlace | null> {
    if (seq < 0 || seq >= this.#length) return null;
    const number = Math.floor(seq / BLOCK);
    const held = this.#blocks.get(number);
    const block = held !== undefined && held.length > seq % BLOCK ? held : await this.#fetch(number);
    this.#hold(number, block);
    return block[seq % BLOCK] ?? null;
  }

  async #fetch(number: number): Promise<EventPlace[]> {
    const from = number * BLOCK;
    const count = Math.min(BLOCK, this.#length - from);
    let previous = number === 0 ? NO_PREVIOUS : (this.#marks.at(number - 1) ?? NO_PREVIOUS);
    const block: EventPlace[] = [];
    const page = await this.#source.events(this.#vault, { from, limit: BLOCK });
    for (const { stored } of page.events.slice(0, count)) {
      const bytes = fromBase64(stored);
      previous = linkHash(from + block.length, previous, bytes);
      block.push({ hash: previous, at: parseStoredEvent(bytes).at });
    }
    if (block.length < count || !equalBytes(this.#marks.at(number) ?? this.#head, previous))
      throw new MemSyncError('service_lied', `The service shows other events from ${from} on than it did before.`);
    return block;
  }

  #hold(number: number, block: EventPlace[]): void {
    this.#blocks.delete(number);
    this.#blocks.set(number, block);
    for (const oldest of this.#blocks.keys()) if (this.#blocks.size > HELD) this.#blocks.delete(oldest);
  }
}
