import type { Head } from '../../schemas/primitives.ts';
import { MemSyncError } from '../core/errors.ts';

/**
 * The furthest head of one vault that a client has been shown: a ledger that is behind it, or has another hash there, was rolled back or is
 * another copy (promise 2).
 */
export class HeadMark {
  #head: Head | null;

  constructor(head: Head | null) {
    this.#head = head;
  }

  get head(): Head | null {
    return this.#head;
  }

  /**
   * Compares a head with `sent`, the mark as it was when the request went out (answers may overtake one another), and moves the mark on.
   * @throws {MemSyncError} `head_not_reached`
   */
  meet(head: Head, sent: Head | null): void {
    if (sent !== null) requireHead(head, sent);
    if (head.seq > (this.#head?.seq ?? -1)) this.#head = head;
  }
}

/** @throws {MemSyncError} `head_not_reached` when `head` is behind the remembered one, or is another at the same place. */
export function requireHead(head: Head, remembered: Head): void {
  if (head.seq < remembered.seq) {
    throw new MemSyncError(
      'head_not_reached',
      `The service shows the vault at event ${head.seq}; event ${remembered.seq} has been seen here before.`,
      {
        context: { shown: head.seq, remembered: remembered.seq },
      },
    );
  }
  if (head.seq === remembered.seq && head.hash !== remembered.hash) {
    throw new MemSyncError('head_not_reached', `The service shows another event ${head.seq} than the one that has been seen here before.`, {
      context: { shown: head.seq, remembered: remembered.seq },
    });
  }
}
