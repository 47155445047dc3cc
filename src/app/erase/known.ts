import type { ErasedBody } from '../../../schemas/owner-event.ts';
import type { Instant } from '../../core/instant.ts';

/** An erasure as it is remembered apart from the data, so that a restored backup can be erased again. */
export interface NotedErasure {
  readonly vault: string;
  /** SHA-256 of the owner event's payload, in hexadecimal. */
  readonly event: string;
  readonly seq: number;
  readonly at: Instant;
  readonly what: ErasedBody;
}

/** Where erasures are remembered: never beside the data. */
export interface ErasureJournal {
  /** Durable when it returns; the same event again adds nothing. */
  note(erasure: NotedErasure): void;
  entries(): readonly NotedErasure[];
}

/** A journal that lasts as long as the process. */
export class MemoryJournal implements ErasureJournal {
  readonly #entries: NotedErasure[] = [];

  note(erasure: NotedErasure): void {
    if (!this.#entries.some(({ event }) => event === erasure.event)) this.#entries.push(erasure);
  }

  entries(): readonly NotedErasure[] {
    return this.#entries;
  }
}
