import type { RetrievalRequest } from '../../../schemas/retrieval.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import { parseStoredEvent } from '../../memory/event.ts';
import type { VaultState } from '../../memory/state.ts';
import type { LedgerStore } from '../ledger-reader.ts';

/** A place in a ledger that lies behind it, and when one looks at it: null for when the event there was stamped. */
export interface Position {
  readonly seq: number;
  readonly at: Instant | null;
}

/**
 * Where `asOf` points: at the event named, or at the last one stamped at or before an instant. `now` is the vault's.
 * @throws {MemSyncError} `as_of_unknown` before the genesis, after the head, or after now
 */
export async function positionOf(
  store: LedgerStore,
  { vault, headSeq }: VaultState,
  asOf: NonNullable<RetrievalRequest['asOf']>,
  now: Instant,
): Promise<Position> {
  if (typeof asOf !== 'number') {
    if (asOf.seq > headSeq) throw new MemSyncError('as_of_unknown', `The vault stands at ${headSeq}, not at ${asOf.seq} yet.`);
    return { seq: asOf.seq, at: null };
  }
  if (asOf > now) throw new MemSyncError('as_of_unknown', `${formatInstant(asOf)} lies ahead.`);
  // Events are stamped in their order.
  let [low, high] = [-1, headSeq];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await stampAt(store, vault, middle)) <= asOf) low = middle;
    else high = middle - 1;
  }
  if (low < 0) throw new MemSyncError('as_of_unknown', `There was no such vault at ${formatInstant(asOf)}.`);
  return { seq: low, at: asOf };
}

async function stampAt(store: LedgerStore, vault: string, seq: number): Promise<Instant> {
  const [event] = await store.events(vault, seq, 1);
  if (event?.seq !== seq) throw new MemSyncError('ledger_broken', `The ledger has no event ${seq}.`);
  return parseStoredEvent(event.stored).at;
}
