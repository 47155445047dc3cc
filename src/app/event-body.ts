import { z } from 'zod';
import { Claimed } from '../../schemas/memory.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { Millis, text } from '../../schemas/primitives.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import { openJson, sealJson } from '../crypto/sealed-json.ts';
import { eventData } from '../memory/event.ts';

/** What a grant's event keeps to key holders: who is said to have said it again, and when; why a row is doubted. Empty for most kinds. */
export const EventBody = z.strictObject({
  claimed: Claimed.optional(),
  observedAt: Millis.optional(),
  note: text(LIMITS.quoteLength).optional(),
});
export type EventBody = z.infer<typeof EventBody>;

/**
 * The sealed half of a grant's event. It is bound to the event's place and to the chain before it, so whoever rewrites a ledger without the
 * key is found out at the next such event.
 */
export function sealEventBody(
  under: CollectionKey,
  seq: number,
  previous: Uint8Array,
  clear: Uint8Array,
  body: EventBody | null,
  random: Random,
): Uint8Array {
  return sealJson(under.key, body ?? {}, eventData(seq, previous, clear), random);
}

/** @throws {MemSyncError} `ledger_broken` when it was not sealed by a key holder for this very place. */
export function openEventBody(under: CollectionKey, seq: number, previous: Uint8Array, clear: Uint8Array, sealed: Uint8Array): EventBody {
  const body = EventBody.safeParse(openJson(under.key, sealed, eventData(seq, previous, clear)));
  if (!body.success)
    throw new MemSyncError('ledger_broken', `Event ${seq} was not written by a holder of its key, or the ledger before it was rewritten.`);
  return body.data;
}
