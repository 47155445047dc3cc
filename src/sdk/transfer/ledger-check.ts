import type { LineOf } from '../../../schemas/export-line.ts';
import { equalBytes, fromBase64, fromHex, hex } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { payloadVerifies } from '../../crypto/dsse.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { OWNER_EVENT_TYPE } from '../../../schemas/owner-event.ts';
import { type LedgerEvent, linkHash, NO_PREVIOUS, parseStoredEvent } from '../../memory/event.ts';
import { parseOwnerPayload, signerOf } from '../../memory/owner-chain.ts';
import { noteOwnerEvent, type OwnerState, type PublicKeys, publicKeysOf, stateAtGenesis } from '../owner-state.ts';

/** Checks a ledger event by event, as an export has it: each link, each owner event's signature and place. Holds 32 bytes for each event. */
export class LedgerCheck {
  readonly #vault: string;
  #state: OwnerState | null = null;
  #keys: PublicKeys | null = null;
  #hashes = new Uint8Array(32 * 1024);
  #length = 0;

  constructor(vault: string) {
    this.#vault = vault;
  }

  /** How many events there have been. */
  get length(): number {
    return this.#length;
  }

  /** What an owner remembers who has followed the ledger so far. @throws {MemSyncError} `transfer_damaged` before the genesis */
  get state(): OwnerState {
    if (this.#state === null) throw damaged('has no genesis before it');
    return this.#state;
  }

  /** The ledger's hash at an event, or null past its end. */
  hashAt(seq: number): Uint8Array | null {
    return seq >= 0 && seq < this.#length ? this.#hashes.slice(seq * 32, seq * 32 + 32) : null;
  }

  /** @throws {MemSyncError} `transfer_damaged`, whose detail completes “Line 7 …” */
  add(line: LineOf<'event' | 'genesis'>): void {
    const seq = this.#length;
    if (line.seq !== seq || (line.type === 'genesis') !== (seq === 0)) throw damaged(`has event ${line.seq} where ${seq} was to come`);
    const stored = fromBase64(line.stored);
    const hash = linkHash(seq, this.hashAt(seq - 1) ?? NO_PREVIOUS, stored);
    if (hex(hash) !== line.hash) throw damaged('does not follow on the event before it');
    const parsed = parse(stored);
    requireBeside(parsed, line.beside === null ? null : fromBase64(line.beside));
    const kind = parsed.by === 'owner' ? this.#owner(parsed, seq) : parsed.event.kind;
    if (line.kind !== kind || line.at !== formatInstant(parsed.at)) throw damaged('says another time or kind than its event');
    this.#push(hash);
    const { state } = this;
    const restored = parsed.by === 'job' && parsed.event.kind === 'restored';
    const head = { seq, hash: hex(hash) };
    this.#state = { ...state, head, restores: restored ? [...state.restores, head] : state.restores };
  }

  /** Follows an owner's event; returns its kind. */
  #owner({ signed, at }: Extract<LedgerEvent, { by: 'owner' }>, seq: number): string {
    try {
      if (seq === 0) {
        this.#state = stateAtGenesis(signed);
        this.#keys = publicKeysOf(this.#state);
        if (this.#state.vault !== this.#vault) throw damaged('is the genesis of another vault');
        return 'genesis';
      }
      const payload = parseOwnerPayload(signed.payload);
      const { state } = this;
      const device = state.grants.find(({ id }) => id === payload.by);
      const inForce = device !== undefined && !device.revoked && (device.expiresAt === null || at < device.expiresAt);
      const { ownerKey, nextKeyHash } = this.#keys ?? publicKeysOf(state);
      const signer = signerOf(payload, { ownerKey, nextKeyHash, deviceKey: inForce ? device.signingKey : null });
      if (signer === null || !payloadVerifies(fromHex(signer), OWNER_EVENT_TYPE, signed))
        throw damaged('is not signed by the vault’s owner');
      const inPlace = payload.vault === state.vault && payload.ownerSeq === state.ownerSeq + 1 && payload.ownerPrev === state.ownerHead;
      const seen = this.hashAt(payload.seenHead.seq);
      if (!inPlace || seen === null || !equalBytes(seen, fromHex(payload.seenHead.hash)))
        throw damaged('is an owner’s event in a place that it was not signed for');
      this.#state = noteOwnerEvent(state, payload, signed);
      if (payload.kind === 'owner_rotated') this.#keys = publicKeysOf(this.#state);
      return payload.kind;
    } catch (error) {
      if (isMemSyncError(error) && error.code !== 'transfer_damaged') throw damaged('holds no event that its owner signed', error);
      throw error;
    }
  }

  #push(hash: Uint8Array): void {
    if ((this.#length + 1) * 32 > this.#hashes.length) {
      const grown = new Uint8Array(this.#hashes.length * 2);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes.set(hash, this.#length * 32);
    this.#length += 1;
  }
}

function parse(stored: Uint8Array): LedgerEvent {
  try {
    return parseStoredEvent(stored);
  } catch (cause) {
    throw damaged('holds no event', cause);
  }
}

/** What lies beside a grant's event is the half whose digest the event holds, until it is erased. */
function requireBeside(parsed: LedgerEvent, beside: Uint8Array | null): void {
  if (parsed.by === 'grant' && beside !== null && !equalBytes(sha256(beside), parsed.sealedSha256))
    throw damaged('has another sealed half than its event');
  if (parsed.by === 'job' && beside !== null) throw damaged('has something beside an event that has nothing beside it');
}

/** `what` completes “Line 7 …”. */
export function damaged(what: string, cause?: unknown): MemSyncError {
  return new MemSyncError('transfer_damaged', what, { cause });
}
