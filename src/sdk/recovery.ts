import type { EventsReply, OwnerBoxesReply } from '../../schemas/owner-event.ts';
import { RECOVERY_TYPE, type RecoveryPayload, type RecoveryReply } from '../../schemas/recovery.ts';
import { hex } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { encodeEnvelope, signPayload } from '../crypto/dsse.ts';
import type { OwnerKeys } from '../crypto/root.ts';
import type { MemSyncClient } from './client.ts';
import { type EventSource, followChain } from './follow-chain.ts';
import { DEVICE_GRANT, makeGrant } from './grant.ts';
import { type BoxSource, Keyring } from './keyring.ts';
import { learnVault } from './learn-vault.ts';
import { type KnownGrant, type OwnerState, publicKeysOf } from './owner-state.ts';
import { ownerEnvelope, signEvent } from './sign-event.ts';

export interface RecoveryParts {
  readonly vault: string;
  /** The owner's keys of a generation, as the root gives them. */
  readonly keys: (generation: number) => OwnerKeys;
  /** Reaches the service, with no token. */
  readonly client: MemSyncClient;
  /** What is still remembered of the vault, so that a rollback since shows; null for nothing. */
  readonly remembered: OwnerState | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** A vault that its owner can act in again. */
export interface Recovered {
  readonly state: OwnerState;
  /** Of a fresh device grant. */
  readonly token: string;
  /** The owner's other devices that are in force. */
  readonly devices: readonly KnownGrant[];
}

/**
 * Takes a vault up again with the root alone: reads its ledger and the owner's boxes by requests that the owner key signs, checks all of it
 * against the vault's id, and signs a grant for this device.
 * @throws {MemSyncError} `event_signature_invalid` when the root is another vault's, and as `followChain`
 */
export async function recoverVault(parts: RecoveryParts): Promise<Recovered> {
  const source = new SignedSource(parts);
  const { vault, remembered, client, clock, random } = parts;
  const known = remembered === null ? await learnVault(source, vault) : await followChain(source, remembered);
  const { ownerKey, generation } = publicKeysOf(known);
  const keys = parts.keys(generation);
  if (hex(keys.signing.publicKey) !== ownerKey)
    throw new MemSyncError('event_signature_invalid', 'The root is not the one that this vault was made with.');
  const keyring = await Keyring.open(source, known, keys.box);
  const now = clock.now();
  const rows = [...keyring.names.keys()].map((id) => keyring.key(id));
  const made = makeGrant(DEVICE_GRANT, keyring.vaultKey, rows, now, random);
  keyring.wipe();
  const place = { vault, ownerSeq: known.ownerSeq + 1, ownerPrev: known.ownerHead, seenHead: known.head };
  const signed = signEvent(keys.signing, place, made.act, now, random);
  await client.postEvent(vault, { event: ownerEnvelope(signed), ...made.beside });
  const state = await followChain(source, known);
  if (!state.grants.some(({ id }) => id === made.grant))
    throw new MemSyncError('service_lied', 'The service took your event and does not show it.');
  const devices = state.grants.filter(({ id, role, revoked }) => role === 'device' && !revoked && id !== made.grant);
  return { state, token: made.token, devices };
}

/** The ledger and the owner's boxes, each page asked for under a signature of its own. */
class SignedSource implements EventSource, BoxSource {
  readonly #parts: RecoveryParts;
  #generation: number;
  #boxes: OwnerBoxesReply['boxes'] | null = null;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#generation = parts.remembered?.ownerRotations.length ?? 0;
  }

  async events(vault: string, { from = 0 }: { readonly from?: number }): Promise<EventsReply> {
    const { events, head, boxes } = await this.#ask(vault, from);
    this.#boxes = boxes;
    return { events, head };
  }

  async boxes(vault: string): Promise<OwnerBoxesReply> {
    this.#boxes ??= (await this.#ask(vault, 0)).boxes;
    return { boxes: this.#boxes, device: [] };
  }

  async #ask(vault: string, from: number): Promise<RecoveryReply> {
    try {
      return await this.#send(vault, from);
    } catch (error) {
      // The owner key may have moved on: the service says how often, and the root says whether that is so.
      const generation = isMemSyncError(error, 'event_signature_invalid') ? error.context?.['generation'] : undefined;
      if (typeof generation !== 'number' || generation <= this.#generation || generation > MOST_GENERATIONS) throw error;
      this.#generation = generation;
      return this.#send(vault, from);
    }
  }

  #send(vault: string, from: number): Promise<RecoveryReply> {
    const { client, clock, random, keys } = this.#parts;
    const payload: RecoveryPayload = { vault, from, signedAt: clock.now(), nonce: hex(random.bytes(32)) };
    const signed = signPayload(keys(this.#generation).signing, RECOVERY_TYPE, canonicalJson(payload));
    const { payloadType, payload: body, signatures } = encodeEnvelope(RECOVERY_TYPE, 'owner', signed);
    return client.recover(vault, { payloadType, payload: body, signatures: [...signatures] });
  }
}

/** More changes of the owner key than anybody makes. */
const MOST_GENERATIONS = 1_000_000;
