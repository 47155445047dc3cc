import type { EventsReply, OwnerEventPayload } from '../../schemas/owner-event.ts';
import { fromBase64, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parseEnvelope, payloadVerifies, type SignedPayload } from '../crypto/dsse.ts';
import { OWNER_EVENT_TYPE } from '../../schemas/owner-event.ts';
import { type LedgerEvent, linkHash, parseStoredEvent } from '../memory/event.ts';
import { parseOwnerPayload, signerOf } from '../memory/owner-chain.ts';
import { requireHead } from './head-mark.ts';
import { noteOwnerEvent, type OwnerState, type PublicKeys, publicKeysOf, stateAtGenesis } from './owner-state.ts';

const PAGE = 1000;

type StoredEvent = EventsReply['events'][number];

/** Where the ledger's events come from. */
export interface EventSource {
  events(vault: string, query: { readonly from?: number; readonly limit?: number }): Promise<EventsReply>;
}

/**
 * Reads the ledger from the remembered head on and checks every link of it, and of every owner event the owner's signature and its place in
 * the owner's chain. Returns what is to be remembered now; nothing is believed that does not lead on from `state`.
 * @throws {MemSyncError} `head_not_reached` when the service is behind `state` or has another ledger there, `service_lied` when a link, a
 * signature or a place does not hold
 */
export async function followChain(client: EventSource, state: OwnerState): Promise<OwnerState> {
  return followFrom(client, state, state);
}

/**
 * Reads the whole ledger anew from its genesis on, for what an earlier version did not keep, and checks that it leads through the remembered
 * head. @throws {MemSyncError} as `followChain`
 */
export async function relearn(client: EventSource, state: OwnerState): Promise<OwnerState> {
  const start = stateAtGenesis(parseEnvelope(OWNER_EVENT_TYPE, state.genesis));
  return { ...(await followFrom(client, start, state)), log: state.log };
}

async function followFrom(client: EventSource, state: OwnerState, remembered: OwnerState): Promise<OwnerState> {
  const hashes = new Map([[state.head.seq, state.head.hash]]);
  let next = state;
  let keys = publicKeysOf(state);
  for (;;) {
    const page = await client.events(state.vault, { from: next.head.seq + 1, limit: PAGE });
    requireHead(page.head, remembered.head);
    for (const event of page.events) {
      next = follow(next, event, keys, hashes);
      if (next.ownerRotations.length !== keys.generation) keys = publicKeysOf(next);
      hashes.set(next.head.seq, next.head.hash);
      if (next.head.seq === remembered.head.seq) requireHead(next.head, remembered.head);
    }
    if (next.head.seq === page.head.seq && next.head.hash !== page.head.hash) throw lied('its head is not where its events lead');
    if (next.head.seq >= page.head.seq) return next;
    if (page.events.length === 0) throw lied(`it claims ${page.head.seq} events and shows ${next.head.seq}`);
  }
}

function follow(state: OwnerState, event: StoredEvent, keys: PublicKeys, hashes: ReadonlyMap<number, string>): OwnerState {
  const seq = state.head.seq + 1;
  const stored = fromBase64(event.stored);
  const hash = hex(linkHash(seq, fromHex(state.head.hash), stored));
  if (event.seq !== seq || event.hash !== hash) {
    throw new MemSyncError('head_not_reached', `The service’s event ${seq} does not follow on the head that has been seen here before.`);
  }
  const parsed = parse(stored, seq);
  const next = parsed.by === 'owner' ? followOwner(state, parsed, keys, hashes) : state;
  const head = { seq, hash };
  const restored = parsed.by === 'job' && parsed.event.kind === 'restored';
  return { ...next, head, restores: restored ? [...next.restores, head] : next.restores };
}

function followOwner(
  state: OwnerState,
  { signed, at }: Extract<LedgerEvent, { by: 'owner' }>,
  { ownerKey, nextKeyHash }: PublicKeys,
  hashes: ReadonlyMap<number, string>,
): OwnerState {
  const payload = parsePayload(signed);
  const device = state.grants.find(({ id }) => id === payload.by);
  const inForce = device !== undefined && !device.revoked && (device.expiresAt === null || at < device.expiresAt);
  const signer = signerOf(payload, { ownerKey, nextKeyHash, deviceKey: inForce ? device.signingKey : null });
  if (signer === null || !payloadVerifies(fromHex(signer), OWNER_EVENT_TYPE, signed))
    throw lied('an event in your name is not signed by your key');
  if (payload.vault !== state.vault) throw lied('an event of yours was signed for another vault');
  if (payload.ownerSeq !== state.ownerSeq + 1 || payload.ownerPrev !== state.ownerHead)
    throw lied('your events are not in the order that you signed');
  const { seenHead } = payload;
  const seen = hashes.get(seenHead.seq);
  if (seenHead.seq > state.head.seq || (seen !== undefined && seen !== seenHead.hash))
    throw lied('an event of yours names a head that is not there');
  return noteOwnerEvent(state, payload, signed);
}

function parsePayload(signed: SignedPayload): OwnerEventPayload {
  try {
    return parseOwnerPayload(signed.payload);
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError('service_lied', 'An event in your name is not as the format says.', { cause });
  }
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
