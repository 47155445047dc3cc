import type { EventsReply } from '../../schemas/owner-event.ts';
import { OWNER_EVENT_TYPE } from '../../schemas/owner-event.ts';
import type { Head } from '../../schemas/primitives.ts';
import { fromBase64 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { parseStoredEvent } from '../memory/event.ts';
import { type EventSource, followChain } from './follow-chain.ts';
import { type OwnerState, stateAtGenesis } from './owner-state.ts';

/** What the ledger says of a restore. */
interface RestoreEvent {
  readonly seq: number;
  readonly hash: string;
  readonly at: Instant;
  /** The last event that the service knows to be missing. */
  readonly lostTo: number;
}

/** What a service that was restored from a backup has lost of what the owner's side remembers. */
export interface Loss {
  readonly restore: RestoreEvent;
  /** The events that were seen here and are not there now, first and last. */
  readonly missing: { readonly from: number; readonly to: number };
  /** How many of them the owner had signed. */
  readonly ownerEvents: number;
  /** Grants that the owner had revoked and that are in force again, as far as their own end lets them. */
  readonly unrevoked: readonly string[];
  readonly grants: readonly string[];
  readonly collections: readonly string[];
  /** Collections whose keys the owner had rotated and that are under earlier ones again. */
  readonly unrotated: readonly string[];
  /** How many changes of the owner's own key are undone. */
  readonly ownerKeys: number;
  /** Whether another policy holds now than the one that is remembered. */
  readonly policy: boolean;
}

/** What reading the whole ledger anew came to. */
export interface Reread {
  /** Null where what is remembered is all there. */
  readonly loss: Loss | null;
  /** What is to be remembered from here on. */
  readonly state: OwnerState;
}

/**
 * Reads the whole ledger anew from the genesis, every link and signature checked, and compares it with what is remembered. A ledger that lacks
 * something is taken for a restored one only if it says so itself, at the place where it begins to differ, and everything before that place is
 * the owner's own history: each of its owner events is one of those that are remembered to have been signed.
 * @throws {MemSyncError} `head_not_reached` when something is missing and no restore accounts for it; `service_lied` as `followChain`
 */
export async function rereadLedger(source: EventSource, remembered: OwnerState): Promise<Reread> {
  const start = stateAtGenesis(parseEnvelope(OWNER_EVENT_TYPE, remembered.genesis));
  const seen = new Seen(source, remembered.head.seq);
  const state = { ...(await followChain(seen, start)), log: remembered.log };
  if (remembered.head.seq === 0 || seen.hash === remembered.head.hash) return { loss: null, state };
  // What was followed up to the remembered head is remembered, restores too: the first that is not is where another history begins.
  const restore = seen.restores.find(({ seq, hash }) => !remembered.restores.some((one) => one.seq === seq && one.hash === hash));
  const before = restore === undefined ? null : await followChain(upTo(source, restore.seq), start);
  if (restore !== undefined && before !== null && isPrefix(before, remembered))
    return { loss: lossOf(restore, before, state, remembered), state };
  throw new MemSyncError(
    'head_not_reached',
    `The service’s ledger does not lead through event ${remembered.head.seq}, and it names no restore that would account for it.`,
  );
}

/** Passes the events on, and notes the hash at one place and the restores up to there. */
class Seen implements EventSource {
  readonly #source: EventSource;
  readonly #at: number;
  readonly restores: RestoreEvent[] = [];
  hash: string | null = null;

  constructor(source: EventSource, at: number) {
    this.#source = source;
    this.#at = at;
  }

  async events(vault: string, query: { readonly from?: number; readonly limit?: number }): Promise<EventsReply> {
    const reply = await this.#source.events(vault, query);
    for (const { seq, hash, stored } of reply.events) {
      if (seq > this.#at) break;
      if (seq === this.#at) this.hash = hash;
      const parsed = parseStoredEvent(fromBase64(stored));
      if (parsed.by === 'job' && parsed.event.kind === 'restored')
        this.restores.push({ seq, hash, at: parsed.at, lostTo: parsed.event.lostTo });
    }
    return reply;
  }
}

/** The ledger before event `end`, as if it were all. */
function upTo(source: EventSource, end: number): EventSource {
  return {
    events: async (vault, query) => {
      const [last] = (await source.events(vault, { from: end - 1, limit: 1 })).events;
      if (last === undefined) throw new MemSyncError('service_lied', `The service shows event ${end} and not the one before it.`);
      const head: Head = { seq: last.seq, hash: last.hash };
      const limit = Math.min(query.limit ?? end, Math.max(1, end - (query.from ?? 0)));
      const { events } = await source.events(vault, { ...query, limit });
      return { events: events.filter(({ seq }) => seq < end), head };
    },
  };
}

/** Whether all that the owner has done in `before` is remembered: no chain of another owner's making, and none that was signed since. */
function isPrefix(before: OwnerState, remembered: OwnerState): boolean {
  if (before.ownerSeq > remembered.ownerSeq) return false;
  if (before.ownerSeq === remembered.ownerSeq && before.ownerHead !== remembered.ownerHead) return false;
  return (
    before.collections.every(({ id }) => has(remembered.collections, id)) && before.grants.every(({ id }) => has(remembered.grants, id))
  );
}

function lossOf(restore: RestoreEvent, before: OwnerState, now: OwnerState, remembered: OwnerState): Loss {
  return {
    restore,
    missing: { from: restore.seq, to: remembered.head.seq },
    ownerEvents: remembered.ownerSeq - before.ownerSeq,
    unrevoked: now.grants
      .filter(
        ({ id, revoked: is }) =>
          !is &&
          has(
            remembered.grants.filter(({ revoked }) => revoked),
            id,
          ),
      )
      .map(({ id }) => id),
    grants: remembered.grants.filter(({ id }) => !has(now.grants, id)).map(({ id }) => id),
    collections: remembered.collections.filter(({ id }) => !has(now.collections, id)).map(({ id }) => id),
    unrotated: now.collections
      .filter(({ id, later }) => remembered.collections.some((one) => one.id === id && one.later.length > later.length))
      .map(({ id }) => id),
    ownerKeys: Math.max(0, remembered.ownerRotations.length - now.ownerRotations.length),
    policy: JSON.stringify(now.policy) !== JSON.stringify(remembered.policy),
  };
}

function has(list: readonly { readonly id: string }[], id: string): boolean {
  return list.some((one) => one.id === id);
}
