import type { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import type { ErasedBody } from '../../schemas/owner-event.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Head } from '../../schemas/primitives.ts';
import type { Clock } from '../core/clock.ts';
import { hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { wipeCollectionKey } from '../crypto/collection-key.ts';
import type { OwnerKeys } from '../crypto/root.ts';
import { parseToken } from '../crypto/token.ts';
import { payloadHash } from '../memory/event.ts';
import type { MemSyncClient } from './client.ts';
import { makeCollection } from './collection.ts';
import { type ActingKeys, isDevice, requireMaySign, requireRoot } from './device-keys.ts';
import { awaitErasure, checkErasure, type Erased, PATIENT } from './erasure.ts';
import { followChain, relearn } from './follow-chain.ts';
import { followLog } from './follow-log.ts';
import { DEVICE_GRANT, type MadeGrant, makeGrant, type NewGrant } from './grant.ts';
import { Keyring } from './keyring.ts';
import { type OwnerState, publicKeysOf } from './owner-state.ts';
import { makeRotation, type Rotation, type RotationWish } from './rotation.ts';
import { type ActContext, type Make, RowActs } from './row-acts.ts';
import { type OwnerAct, ownerEnvelope, type PreparedAct, signEvent } from './sign-event.ts';

export interface OwnerParts {
  /** The owner's keys, or those of a device that the owner trusts. */
  readonly keys: ActingKeys;
  /** The owner's keys of any generation, where the root is at hand: what changes of the owner key need. */
  readonly generation?: ((generation: number) => OwnerKeys) | undefined;
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
export class Owner extends RowActs {
  readonly #parts: OwnerParts;
  readonly #client: MemSyncClient;
  /** The grant that the device's token belongs to. */
  readonly #device: string;
  #keys: ActingKeys;
  #state: OwnerState;
  #keyring: Keyring | null = null;
  /** What was last signed and sent, whether or not it was answered. */
  #sent: { readonly ownerSeq: number; readonly event: string } | null = null;

  /** @throws {MemSyncError} `event_signature_invalid` when the keys are not those that sign for this vault; `token_invalid` */
  constructor(parts: OwnerParts) {
    super();
    requireSigner(parts.state, parts.keys);
    this.#parts = parts;
    this.#keys = parts.keys;
    this.#state = parts.state;
    this.#device = parseToken(parts.deviceToken).grantId;
    this.#client = parts.connect(parts.deviceToken, parts.state.head);
  }

  /** What is remembered now. */
  get state(): OwnerState {
    return this.#state;
  }

  protected get context(): ActContext {
    return { client: this.#client, random: this.#parts.random, vault: this.#state.vault };
  }

  /** The grant that this device reads with. */
  get device(): string {
    return this.#device;
  }

  /** Follows ledger and log from where they were last seen, and remembers how far they have come. */
  async refresh(): Promise<OwnerState> {
    const state = await followChain(this.#client, this.#state);
    this.#remember({ ...state, log: await followLog(this.#client, state.log) });
    this.#moveOn();
    return this.#state;
  }

  /** The collection keys, of every epoch. */
  async keyring(): Promise<Keyring> {
    if (this.#keyring?.isCurrent(this.#state) === false) this.wipe();
    const device = isDevice(this.#keys) ? this.#keys.device : null;
    this.#keyring ??= await Keyring.open(this.#client, this.#state, this.#keys.box, device);
    return this.#keyring;
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
      const what = { vault: this.#state.vault, name, purpose: 'rows' as const, ownerBoxKey: requireRoot(this.#keys).box.publicKey };
      const { made } = await this.append((now) => makeCollection(what, now, this.#parts.random));
      wipeCollectionKey(made.key);
      this.wipe();
    }
    return this.#renewDevice();
  }

  /** Gives a grant on the collections of these names. Its token is in no answer of the service: it is only here. */
  async grant(what: NewGrant, collections: readonly string[]): Promise<MadeGrant> {
    requireRoot(this.#keys);
    const prepared = await this.append(async (now) => {
      const keyring = await this.keyring();
      const keys = collections.map((name) => keyring.byName(name));
      return makeGrant(what, keyring.vaultKey, keys, now, this.#parts.random);
    });
    return prepared.made;
  }

  revoke(grant: string): Promise<OwnerEventReply> {
    return this.#sign({ kind: 'revoked', body: { grant } });
  }

  /** New keys for collections, for every grant but those that are cut off with it: one event, so that there is no time between. */
  async rotate(wish: RotationWish = {}): Promise<{ made: Rotation; reply: OwnerEventReply }> {
    const { box } = requireRoot(this.#keys);
    if (this.#state.grants.some(({ boxKey }) => boxKey === null)) this.#remember(await relearn(this.#client, this.#state));
    return this.append(async (now) => makeRotation(this.#state, await this.keyring(), box.publicKey, wish, now, this.#parts.random));
  }

  /** Moves on to the owner key of the next generation, which the one in use has committed to. From here on nothing else signs. */
  async rotateOwnerKey(): Promise<OwnerEventReply> {
    await this.refresh();
    const next = this.#parts.generation?.(publicKeysOf(this.#state).generation + 1);
    if (next === undefined) throw new MemSyncError('root_needed', 'Moving on to another owner key takes the root.');
    const body = { ownerKey: hex(next.signing.publicKey), nextKeyHash: hex(next.nextKeyHash) };
    return (await this.append(() => ({ act: { kind: 'owner_rotated', body }, beside: {} }), next)).reply;
  }

  /**
   * Erases rows, a collection or the whole vault; resolves once the service has signed that it is really gone, with what it has signed. After
   * a whole vault nothing more can be asked of it. `waiting` is called each second that it takes longer than an answer may.
   * @throws {MemSyncError} `erasure_unfinished`, `service_lied`
   */
  async erase(what: ErasedBody, waiting?: () => void): Promise<Erased> {
    requireRoot(this.#keys);
    const { vault } = this.#state;
    this.#sent = null;
    let ordered: string;
    try {
      const { reply, event } = await this.append(() => ({ act: { kind: 'erased', body: what }, beside: {} }));
      if (reply.certificate !== undefined) return checkErasure(reply.certificate, vault, event, this.#logKeys);
      ordered = event;
    } catch (error) {
      if (!isMemSyncError(error) || isMemSyncError(error, 'service_lied')) throw error;
      // It may be ordered, and the answer lost or late.
      const event = await this.#taken();
      if (event === null) throw error;
      ordered = event;
    }
    return awaitErasure(this.#client, vault, ordered, this.#logKeys, { ...PATIENT, waiting });
  }

  /** The event that was last signed and sent, if the ledger has it. Of an erased vault there is only one thing that it can be. */
  async #taken(): Promise<string | null> {
    const sent = this.#sent;
    if (sent === null) return null;
    try {
      await this.refresh();
    } catch (error) {
      if (isMemSyncError(error, 'vault_erased')) return sent.event;
      throw error;
    }
    return this.#state.ownerSeq >= sent.ownerSeq ? sent.event : null;
  }

  get #logKeys(): readonly string[] {
    return (this.#state.log?.key ?? '').split('\n').filter((line) => line !== '');
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
    const owner = new Owner({ ...this.#parts, keys: this.#keys, state: this.#state, deviceToken: token });
    await owner.revoke(this.#device);
    return owner;
  }

  async #sign(act: OwnerAct): Promise<OwnerEventReply> {
    return (await this.append(() => ({ act, beside: {} }))).reply;
  }

  /** Signs on top of the owner's chain and sends; once more when another device of the owner's was faster. */
  protected async append<T extends PreparedAct>(make: Make<T>, signer?: OwnerKeys): Promise<Appended<T>> {
    await this.refresh();
    try {
      return await this.#send(make, signer);
    } catch (error) {
      if (!isMemSyncError(error, 'owner_chain_conflict')) throw error;
      await this.refresh();
      return this.#send(make, signer);
    }
  }

  async #send<T extends PreparedAct>(make: Make<T>, signer?: OwnerKeys): Promise<Appended<T>> {
    const { clock, random } = this.#parts;
    const { vault, ownerSeq, ownerHead, head } = this.#state;
    const now = clock.now();
    const made = await make(now);
    const keys = signer ?? this.#keys;
    requireMaySign(keys, made.act.kind);
    const by = isDevice(keys) ? { by: keys.device } : {};
    const place = { vault, ownerSeq: ownerSeq + 1, ownerPrev: ownerHead, seenHead: head, ...by };
    const signed = signEvent(keys.signing, place, made.act, now, random);
    const event = payloadHash(signed.payload);
    this.#sent = { ownerSeq: place.ownerSeq, event };
    const reply = await this.#client.postEvent(vault, { event: ownerEnvelope(signed), ...made.beside });
    // Of a vault that is erased nothing is left to read back.
    if (made.act.kind === 'erased' && made.act.body.scope === 'vault') return { made, reply, event };
    // Read back, so that what is remembered is what the ledger holds and not what the answer says.
    await this.refresh();
    if (this.#state.ownerSeq < place.ownerSeq) throw new MemSyncError('service_lied', 'The service took your event and does not show it.');
    return { made, reply, event };
  }

  #remember(state: OwnerState): void {
    this.#state = state;
    this.#parts.save(state);
  }

  /** Takes up the owner key that holds now, where another of the owner's folders has moved on to it. */
  #moveOn(): void {
    const { ownerKey, generation } = publicKeysOf(this.#state);
    if (isDevice(this.#keys) || ownerKey === hex(this.#keys.signing.publicKey) || this.#parts.generation === undefined) return;
    this.#keys = this.#parts.generation(generation);
    requireSigner(this.#state, this.#keys);
  }
}

/** An act that the ledger has; `event` is the SHA-256 of its payload. */
interface Appended<T> {
  readonly made: T;
  readonly reply: OwnerEventReply;
  readonly event: string;
}

/** A device that has just been set up may not know of its own grant yet: it will, once it has followed the ledger. */
function requireSigner(state: OwnerState, keys: ActingKeys): void {
  const key = isDevice(keys) ? (state.grants.find(({ id }) => id === keys.device)?.signingKey ?? null) : publicKeysOf(state).ownerKey;
  if (key !== null && key !== hex(keys.signing.publicKey)) {
    throw new MemSyncError('event_signature_invalid', 'The key is not the one that signs for this vault.');
  }
}
