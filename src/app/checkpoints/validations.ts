import { type Envelope, OWNER_EVENT_TYPE, type ValidationLeaf } from '../../../schemas/owner-event.ts';
import { equalBytes, utf8 } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { encodeEnvelope, type SignedPayload } from '../../crypto/dsse.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { parseStoredEvent } from '../../memory/event.ts';
import { checkLeaves } from '../../memory/fold-owner.ts';
import { parseOwnerPayload } from '../../memory/owner-chain.ts';
import { currentVersion, type RowState, type Validation, type VaultState } from '../../memory/state.ts';
import { openValidation, type OwnerKeyEra, ownerKeysOf } from '../../receipts/owner-evidence.ts';
import type { StoredEvent } from '../../store/records.ts';
import { type LedgerStore, parseLeaves } from '../ledger-reader.ts';

const DIGEST = 16;

/** What a validation says of one row, as its event has it or as a vault's state does. */
interface Word {
  readonly row: string;
  readonly version: number;
  readonly commitment: string;
  readonly at: Instant;
  readonly expiresAt: Instant | null;
  readonly seen: number;
}

/**
 * The owner's validations that have been checked against their signatures, of states that were not folded from the genesis on here: what a
 * checkpoint says of them is not believed. Each event is read and checked once for as long as its vault is in memory.
 */
export class CheckedValidations {
  readonly #store: LedgerStore;
  readonly #unsealedAt: (state: VaultState) => number;
  /** By event: what it says of each of its leaves, as a digest. */
  readonly #words = new WeakMap<VaultState, Map<number, Uint8Array>>();
  readonly #eras = new WeakMap<VaultState, readonly OwnerKeyEra[]>();

  /** `unsealedAt`: at which event the checkpoint was that a state comes from, −1 for none. */
  constructor(store: LedgerStore, unsealedAt: (state: VaultState) => number) {
    this.#store = store;
    this.#unsealedAt = unsealedAt;
  }

  /** Whether a state's validations are to be checked: all of them, as a checkpoint can name any event. */
  concern(state: VaultState): boolean {
    return this.#unsealedAt(state) >= 0;
  }

  /** Those of the rows whose validation is still to be checked. */
  unchecked(state: VaultState, rows: Iterable<RowState>): RowState[] {
    return [...rows].filter(({ validation }) => validation !== null && !this.#has(state, validation.seq));
  }

  /** Whether every one of the rows says of its validation what the owner signed. To be asked of rows that `check` has been called with. */
  hold(state: VaultState, rows: Iterable<RowState>): boolean {
    return [...rows].every(({ id, validation, ...row }) => {
      if (validation === null) return true;
      const { version, commitment } = currentVersion({ id, validation, ...row });
      return this.#says(state, validation, { ...validation, row: id, version, commitment });
    });
  }

  /** Reads and checks the validations of these rows. @throws {MemSyncError} `owner_event_forged` where one is not the owner's */
  async check(state: VaultState, rows: Iterable<RowState>): Promise<void> {
    const seqs = new Set([...rows].flatMap(({ validation }) => (validation === null ? [] : [validation.seq])));
    for (const seq of seqs) {
      if (this.#has(state, seq)) continue;
      try {
        await this.#checkEvent(state, seq);
      } catch (cause) {
        if (!isMemSyncError(cause) || cause.code === 'store_failed') throw cause;
        throw new MemSyncError('owner_event_forged', `Event ${seq} of the ledger is not the owner’s validation.`, { cause });
      }
    }
  }

  async #checkEvent(state: VaultState, seq: number): Promise<void> {
    const { signed, at, beside } = await this.#ownerEvent(state, seq);
    const { by } = parseOwnerPayload(signed.payload);
    const given = by === undefined ? undefined : state.grants.get(by);
    const grant = given === undefined ? {} : { grant: asEnvelope((await this.#ownerEvent(state, given.seq)).signed) };
    const payload = openValidation(state.vault, this.#erasOf(state), { event: asEnvelope(signed), appendedAt: at, ...grant });
    if (given !== undefined && given.revokedAt !== null && given.revokedAt < at)
      throw new MemSyncError('grant_revoked', 'The device that signed had been cut off.');
    const leaves = parseLeaves(beside);
    checkLeaves(state.vault, payload.body, leaves);
    const validated = { at: Math.min(payload.signedAt, at), seen: payload.seenHead.seq };
    this.#note(state, seq, leaves, validated);
  }

  async #ownerEvent(state: VaultState, seq: number): Promise<{ signed: SignedPayload; at: Instant; beside: StoredEvent['beside'] }> {
    const [event] = await this.#store.events(state.vault, seq, 1);
    const parsed = event?.seq === seq ? parseStoredEvent(event.stored) : null;
    if (event === undefined || parsed?.by !== 'owner') throw new MemSyncError('ledger_broken', `Event ${seq} is not the owner’s.`);
    return { signed: parsed.signed, at: parsed.at, beside: event.beside };
  }

  #erasOf(state: VaultState): readonly OwnerKeyEra[] {
    const known = this.#eras.get(state);
    if (known !== undefined && known.length > state.ownerRotations.length) return known;
    const eras = ownerKeysOf(state.vault, asEnvelope(state.genesis), state.ownerRotations.map(asEnvelope));
    this.#eras.set(state, eras);
    return eras;
  }

  #has(state: VaultState, seq: number): boolean {
    return this.#words.get(state)?.has(seq) === true;
  }

  #note(state: VaultState, seq: number, leaves: readonly ValidationLeaf[], of: { readonly at: Instant; readonly seen: number }): void {
    const words = this.#words.get(state) ?? new Map<number, Uint8Array>();
    const digests = new Uint8Array(leaves.length * DIGEST);
    leaves.forEach((leaf, i) => digests.set(digestOf({ ...leaf, ...of }), i * DIGEST));
    this.#words.set(state, words.set(seq, digests));
  }

  #says(state: VaultState, { seq, leaf }: Validation, word: Word): boolean {
    const digests = this.#words.get(state)?.get(seq);
    const there = digests?.subarray(leaf * DIGEST, (leaf + 1) * DIGEST);
    return there !== undefined && equalBytes(there, digestOf(word));
  }
}

function digestOf({ row, version, commitment, at, expiresAt, seen }: Word): Uint8Array {
  return sha256(utf8(JSON.stringify([row, version, commitment, at, expiresAt, seen]))).subarray(0, DIGEST);
}

function asEnvelope(signed: SignedPayload): Envelope {
  const { payloadType, payload, signatures } = encodeEnvelope(OWNER_EVENT_TYPE, '', signed);
  return { payloadType, payload, signatures: [...signatures] };
}
