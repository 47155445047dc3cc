import { ValidationLeaf } from '../../schemas/owner-event.ts';
import { equalBytes, fromUtf8 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { type LedgerEvent, linkHash, NO_PREVIOUS, parseStoredEvent } from '../memory/event.ts';
import { advanceHead, foldGenesis, foldGrantEvent, foldJobEvent } from '../memory/fold.ts';
import { foldOwnerEvent } from '../memory/fold-owner.ts';
import { parseOwnerPayload, verifyGenesis, verifyOwnerEvent } from '../memory/owner-chain.ts';
import type { VaultState } from '../memory/state.ts';
import type { StoredEvent } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';

/** How many events are read at a time. */
export const EVENT_PAGE = 2000;

/**
 * A vault's state, folded from its whole ledger: every link recomputed, every owner event's signature and place in the owner's chain checked.
 * No key is needed. Null when there is no such vault.
 * @throws {MemSyncError} `ledger_broken`, `owner_event_forged`
 */
export async function readVaultState(store: Pick<StoreReader, 'events'>, vault: string): Promise<VaultState | null> {
  const state = await readGenesis(store, vault);
  if (state === null) return null;
  const hashes: Uint8Array[] = [state.headHash];
  for (;;) {
    const page = await store.events(vault, state.headSeq + 1, EVENT_PAGE);
    for (const event of page) {
      foldParsed(state, event, parseStoredEvent(event.stored), (seq) => hashes[seq] ?? null);
      hashes.push(state.headHash);
    }
    if (page.length < EVENT_PAGE) return state;
  }
}

/** A vault that holds nothing but its genesis. Null when there is no such vault. @throws {MemSyncError} `ledger_broken`, `owner_event_forged` */
export async function readGenesis(store: Pick<StoreReader, 'events'>, vault: string): Promise<VaultState | null> {
  const [first] = await store.events(vault, 0, 1);
  return first === undefined ? null : openGenesis(vault, first);
}

/**
 * Folds what the ledger has after the state's head, up to event `to` or its end, letting others have a turn in between.
 * @throws {MemSyncError} `ledger_broken`, `owner_event_forged`
 */
export async function foldOn(store: LedgerStore, state: VaultState, to = Number.POSITIVE_INFINITY): Promise<void> {
  while (state.headSeq < to) {
    const most = Math.min(EVENT_PAGE, to - state.headSeq);
    const page = await store.events(state.vault, state.headSeq + 1, most);
    for (const event of page) await foldNext(store, state, event);
    if (page.length < most) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What folding asks of the store. */
export type LedgerStore = Pick<StoreReader, 'events' | 'eventHash'>;

/** Folds the event that follows the state's head; the ledger's hashes before it are the store's. @throws {MemSyncError} `ledger_broken`, `owner_event_forged` */
export async function foldNext(store: LedgerStore, state: VaultState, event: StoredEvent): Promise<LedgerEvent> {
  const parsed = parseStoredEvent(event.stored);
  const seen = parsed.by === 'owner' ? seenBy(parsed.signed.payload) : null;
  const hash = seen === null ? null : await store.eventHash(state.vault, seen);
  foldParsed(state, event, parsed, () => hash);
  return parsed;
}

/** How far an owner's event says that the owner had seen the ledger; null where it does not read. */
function seenBy(payload: Uint8Array): number | null {
  try {
    return parseOwnerPayload(payload).seenHead.seq;
  } catch {
    return null;
  }
}

/**
 * Folds one stored event that follows the state's head. `hashAt` gives the ledger's hash at an earlier sequence number.
 * @throws {MemSyncError} `ledger_broken` on a wrong link or an event that contradicts the state; `owner_event_forged` on an owner event that does not verify.
 */
function foldParsed(state: VaultState, event: StoredEvent, parsed: LedgerEvent, hashAt: (seq: number) => Uint8Array | null): void {
  const seq = state.headSeq + 1;
  const hash = linkHash(seq, state.headHash, event.stored);
  if (event.seq !== seq || !equalBytes(hash, event.hash))
    throw new MemSyncError('ledger_broken', `The ledger’s chain breaks at event ${seq}.`);
  if (parsed.by === 'grant') foldGrantEvent(state, parsed.event, seq);
  else if (parsed.by === 'job') foldJobEvent(state, parsed.event, seq);
  else {
    try {
      const seen = parseOwnerPayload(parsed.signed.payload).seenHead;
      const payload = verifyOwnerEvent(state, parsed.signed, seen.seq < seq ? hashAt(seen.seq) : null, parsed.at);
      foldOwnerEvent(state, payload, parsed.signed, seq, parsed.at, parseLeaves(event.beside));
    } catch (cause) {
      if (isMemSyncError(cause, 'ledger_broken')) throw cause;
      throw new MemSyncError('owner_event_forged', `Event ${seq} of the ledger is not one that the owner signed in that place.`, { cause });
    }
  }
  advanceHead(state, hash, parsed.at);
}

/** The validation leaves kept beside an event. @throws {MemSyncError} `ledger_broken` when they are not leaves. */
export function parseLeaves(beside: Uint8Array | null): ValidationLeaf[] {
  if (beside === null) return [];
  try {
    return ValidationLeaf.array().parse(JSON.parse(fromUtf8(beside)));
  } catch (cause) {
    throw new MemSyncError('ledger_broken', 'The leaves beside an event do not read.', { cause });
  }
}

function openGenesis(vault: string, first: StoredEvent): VaultState {
  const hash = linkHash(0, NO_PREVIOUS, first.stored);
  const parsed = parseStoredEvent(first.stored);
  if (first.seq !== 0 || parsed.by !== 'owner' || !equalBytes(hash, first.hash)) {
    throw new MemSyncError('ledger_broken', 'The ledger does not begin with a genesis.');
  }
  try {
    const genesis = verifyGenesis(parsed.signed);
    if (genesis.vault !== vault) throw new MemSyncError('owner_event_forged', 'The genesis is another vault’s.');
    if (genesis.payload.signedAt !== parsed.at)
      throw new MemSyncError('ledger_broken', 'The genesis is stamped with another time than its own.');
    return foldGenesis(vault, parsed.signed, genesis.payload, hash, parsed.at);
  } catch (cause) {
    throw new MemSyncError('owner_event_forged', 'The ledger’s genesis does not verify.', { cause });
  }
}
