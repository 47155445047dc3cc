import type { EventsReply } from '../../schemas/owner-event.ts';
import { fromBase64, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { payloadVerifies, type SignedPayload } from '../crypto/dsse.ts';
import { OWNER_EVENT_TYPE } from '../../schemas/owner-event.ts';
import { linkHash, parseStoredEvent } from '../memory/event.ts';
import { parseOwnerPayload } from '../memory/owner-chain.ts';
import type { MemSyncClient } from './client.ts';
import { requireHead } from './head-mark.ts';
import { noteOwnerEvent, type OwnerState, publicKeysOf } from './owner-state.ts';

const PAGE = 1000;

type StoredEvent = EventsReply['events'][number];

/**
 * Reads the ledger from the remembered head on and checks every link of it, and of every owner event the owner's signature and its place in
 * the owner's chain. Returns what is to be remembered now; nothing is believed that does not lead on from `state`.
 * @throws {MemSyncError} `head_not_reached` when the service is behind `state` or has another ledger there, `service_lied` when a link, a
 * signature or a place does not hold
 */
export async function followChain(client: MemSyncClient, state: OwnerState): Promise<OwnerState> {
  const ownerKey = fromHex(publicKeysOf(state).ownerKey);
  const hashes = new Map([[state.head.seq, state.head.hash]]);
  let next = state;
  for (;;) {
    const page = await client.events(state.vault, { from: next.head.seq + 1, limit: PAGE });
    requireHead(page.head, state.head);
    for (const event of page.events) {
      next = follow(next, event, ownerKey, hashes);
      hashes.set(next.head.seq, next.head.hash);
    }
    if (next.head.seq === page.head.seq && next.head.hash !== page.head.hash) throw lied('its head is not where its events lead');
    if (next.head.seq >= page.head.seq) return next;
    if (page.events.length === 0) throw lied(`it claims ${page.head.seq} events and shows ${next.head.seq}`);
  }
}

function follow(state: OwnerState, event: StoredEvent, ownerKey: Uint8Array, hashes: ReadonlyMap<number, string>): OwnerState {
  const seq = state.head.seq + 1;
  const stored = fromBase64(event.stored);
  const hash = hex(linkHash(seq, fromHex(state.head.hash), stored));
  if (event.seq !== seq || event.hash !== hash) {
    throw new MemSyncError('head_not_reached', `The service’s event ${seq} does not follow on the head that has been seen here before.`);
  }
  const parsed = parse(stored, seq);
  const next = parsed.by === 'owner' ? followOwner(state, parsed.signed, ownerKey, hashes) : state;
  return { ...next, head: { seq, hash } };
}

function followOwner(state: OwnerState, signed: SignedPayload, ownerKey: Uint8Array, hashes: ReadonlyMap<number, string>): OwnerState {
  if (!payloadVerifies(ownerKey, OWNER_EVENT_TYPE, signed)) throw lied('an event in your name is not signed by your key');
  const payload = parseOwnerPayload(signed.payload);
  if (payload.vault !== state.vault) throw lied('an event of yours was signed for another vault');
  if (payload.ownerSeq !== state.ownerSeq + 1 || payload.ownerPrev !== state.ownerHead)
    throw lied('your events are not in the order that you signed');
  const { seenHead } = payload;
  const seen = hashes.get(seenHead.seq);
  if (seenHead.seq > state.head.seq || (seen !== undefined && seen !== seenHead.hash))
    throw lied('an event of yours names a head that is not there');
  return noteOwnerEvent(state, payload, signed.payload);
}

function parse(stored: Uint8Array, seq: number): ReturnType<typeof parseStoredEvent> {
  try {
    return parseStoredEvent(stored);
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError('service_lied', `Event ${seq} of the ledger is not as the format says.`, { cause });
  }
}

function lied(what: string): MemSyncError {
  return new MemSyncError('service_lied', `The service’s ledger does not verify: ${what}.`);
}
