import type { OwnerEventReply } from '../../schemas/owner-event.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Head } from '../../schemas/primitives.ts';
import type { Clock } from '../core/clock.ts';
import { hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { type Instant, requireInstant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { wipeCollectionKey } from '../crypto/collection-key.ts';
import type { OwnerKeys } from '../crypto/root.ts';
import { parseToken } from '../crypto/token.ts';
import type { Basis } from '../memory/basis.ts';
import { normaliseForRepeat } from '../memory/normalise.ts';
import type { MemSyncClient } from './client.ts';
import { makeCollection } from './collection.ts';
import { followChain } from './follow-chain.ts';
import { followLog } from './follow-log.ts';
import { DEVICE_GRANT, type MadeGrant, makeGrant, type NewGrant } from './grant.ts';
import { Keyring } from './keyring.ts';
import { type OwnRow, openOwnRow } from './own-row.ts';
import { makeOwnerEdit, makeOwnerRow, type OwnerEdit, type OwnerNote } from './owner-version.ts';
import { type OwnerState, publicKeysOf } from './owner-state.ts';
import { type OwnerAct, ownerEnvelope, type PreparedAct, signEvent } from './sign-event.ts';
import { makeValidation } from './validation.ts';

export interface OwnerParts {
  readonly keys: OwnerKeys;
  readonly state: OwnerState;
  /** The token of the owner's device grant, with which everything is read. */
  readonly deviceToken: string;
  /** Reaches the service. */
  readonly connect: (token: string, head: Head) => MemSyncClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Called with what is to be remembered whenever more has been verified; must have kept it when it returns. */
  readonly save: (state: OwnerState) => void;
  /** Called with the token of a new device grant; must have kept it when it returns. */
  readonly saveToken: (token: string) => void;
}

/**
 * The owner of a vault, with the owner's keys. Before each signature the ledger is followed from the remembered head on; nothing is signed on a
 * ledger that does not lead on from it. Rows are opened with the owner's own key, so what is signed for has been seen.
 * Every method throws what `followChain` and `followLog` throw, and the service's own codes.
 */
export class Owner {
  readonly #parts: OwnerParts;
  readonly #client: MemSyncClient;
  /** The grant that the device's token belongs to. */
  readonly #device: string;
  #state: OwnerState;
  #keyring: Keyring | null = null;

  /** @throws {MemSyncError} `event_signature_invalid` when the keys are not those of this vault's genesis; `token_invalid` */
  constructor(parts: OwnerParts) {
    if (publicKeysOf(parts.state).ownerKey !== hex(parts.keys.signing.publicKey)) {
      throw new MemSyncError('event_signature_invalid', 'The root is not the one that this vault was made with.');
    }
    this.#parts = parts;
    this.#state = parts.state;
    this.#device = parseToken(parts.deviceToken).grantId;
    this.#client = parts.connect(parts.deviceToken, parts.state.head);
  }

  /** What is remembered now. */
  get state(): OwnerState {
    return this.#state;
  }

  /** The grant that this device reads with. */
  get device(): string {
    return this.#device;
  }

  /** Follows ledger and log from where they were last seen, and remembers how far they have come. */
  async refresh(): Promise<OwnerState> {
    const state = await followChain(this.#client, this.#state);
    this.#remember({ ...state, log: await followLog(this.#client, state.log) });
    return this.#state;
  }

  /** The owner's own copies of the collection keys. */
  async keyring(): Promise<Keyring> {
    this.#keyring ??= await Keyring.open(this.#client, this.#state, this.#parts.keys.box);
    return this.#keyring;
  }

  /** A row opened with the owner's own key, its commitment recomputed. @throws {MemSyncError} as `openOwnRow` */
  async row(id: string): Promise<OwnRow> {
    const keyring = await this.keyring();
    return openOwnRow(keyring, id, await this.#client.sealedRow(this.#state.vault, id));
  }

  /** Stands behind these very row versions, all under one signature. `expiresAt` in milliseconds, or null: as the policy says. */
  async validate(rows: readonly OwnRow[], expiresAt: Instant | null = null): Promise<OwnerEventReply> {
    return (await this.#append(() => makeValidation(this.#state.vault, rows, expiresAt, this.#parts.random))).reply;
  }

  async retract(rows: readonly OwnRow[]): Promise<OwnerEventReply> {
    const named = rows.map(({ row, version, commitment }) => ({ row, version, commitment }));
    return this.#sign({ kind: 'retracted', body: { rows: named } });
  }

  /** A new, unvalidated version of a row. */
  async edit(before: OwnRow, edit: OwnerEdit): Promise<OwnerEventReply> {
    const key = (await this.keyring()).key(before.collection);
    return (await this.#append((now) => makeOwnerEdit(key, before, edit, now, this.#parts.random))).reply;
  }

  /** A row of the owner's own, in the collection of that name. `row` is its id. */
  async remember(note: OwnerNote, collection = 'default'): Promise<{ row: string; reply: OwnerEventReply }> {
    const key = (await this.keyring()).byName(collection);
    const repeats = await this.#repeats(note.text);
    const { made, reply } = await this.#append((now) => makeOwnerRow(key, note, repeats, now, this.#parts.random));
    return { row: made.row, reply };
  }

  /**
   * Adds a collection, and renews the device's grant so that it reaches it. A call that failed halfway can be made again.
   * @throws {MemSyncError} `batch_conflict` on a name that is taken
   */
  async addCollection(name: string): Promise<Owner> {
    const keyring = await this.keyring();
    const taken = [...keyring.names.values()].includes(name);
    if (taken && this.#deviceIsWhole) throw new MemSyncError('batch_conflict', `You have a collection “${name}” already.`);
    if (!taken) {
      const what = { vault: this.#state.vault, name, purpose: 'rows' as const, ownerBoxKey: this.#parts.keys.box.publicKey };
      const { made } = await this.#append((now) => makeCollection(what, now, this.#parts.random));
      wipeCollectionKey(made.key);
      this.wipe();
    }
    return this.#renewDevice();
  }

  /** Gives a grant on the collections of these names. Its token is in no answer of the service: it is only here. */
  async grant(what: NewGrant, collections: readonly string[]): Promise<MadeGrant> {
    const keyring = await this.keyring();
    const keys = collections.map((name) => keyring.byName(name));
    return (await this.#append((now) => makeGrant(what, keyring.vaultKey, keys, now, this.#parts.random))).made;
  }

  revoke(grant: string): Promise<OwnerEventReply> {
    return this.#sign({ kind: 'revoked', body: { grant } });
  }

  setPolicy(policy: Policy): Promise<OwnerEventReply> {
    return this.#sign({ kind: 'policy_set', body: { policy } });
  }

  /** Wipes the collection keys that were opened; the owner's own keys are the caller's. */
  wipe(): void {
    this.#keyring?.wipe();
    this.#keyring = null;
  }

  /** Whether the device's grant is in force and reaches every collection. */
  get #deviceIsWhole(): boolean {
    const own = this.#state.grants.find(({ id }) => id === this.#device);
    return own !== undefined && !own.revoked && this.#state.collections.every(({ id }) => own.collections.includes(id));
  }

  /** A new device grant that reaches every collection; the old one is revoked once the new token is kept. */
  async #renewDevice(): Promise<Owner> {
    const keyring = await this.keyring();
    const { token } = await this.grant(DEVICE_GRANT, [...keyring.names.values()]);
    this.#parts.saveToken(token);
    const owner = new Owner({ ...this.#parts, state: this.#state, deviceToken: token });
    await owner.revoke(this.#device);
    return owner;
  }

  async #sign(act: OwnerAct): Promise<OwnerEventReply> {
    return (await this.#append(() => ({ act, beside: {} }))).reply;
  }

  /** Signs on top of the owner's chain and sends; once more when another device of the owner's was faster. */
  async #append<T extends PreparedAct>(make: (now: Instant) => T): Promise<{ made: T; reply: OwnerEventReply }> {
    await this.refresh();
    try {
      return await this.#send(make);
    } catch (error) {
      if (!isMemSyncError(error, 'owner_chain_conflict')) throw error;
      await this.refresh();
      return this.#send(make);
    }
  }

  async #send<T extends PreparedAct>(make: (now: Instant) => T): Promise<{ made: T; reply: OwnerEventReply }> {
    const { keys, clock, random } = this.#parts;
    const { vault, ownerSeq, ownerHead, head } = this.#state;
    const now = clock.now();
    const made = make(now);
    const place = { vault, ownerSeq: ownerSeq + 1, ownerPrev: ownerHead, seenHead: head };
    const signed = signEvent(keys.signing, place, made.act, now, random);
    const reply = await this.#client.postEvent(vault, { event: ownerEnvelope(signed), ...made.beside });
    // Read back, so that what is remembered is what the ledger holds and not what the answer says.
    await this.refresh();
    if (this.#state.ownerSeq < place.ownerSeq) throw new MemSyncError('service_lied', 'The service took your event and does not show it.');
    return { made, reply };
  }

  async #repeats(text: string): Promise<Basis[]> {
    const form = normaliseForRepeat(text);
    const { rows } = await this.#client.retrieve({ query: text.slice(0, 16_000).toWellFormed(), limit: 50, includeDormant: true });
    return rows
      .filter((row) => normaliseForRepeat(row.text) === form)
      .map((row): Basis => ({ at: requireInstant(row.basisAt), reason: 'repeat' }));
  }

  #remember(state: OwnerState): void {
    this.#state = state;
    this.#parts.save(state);
  }
}
