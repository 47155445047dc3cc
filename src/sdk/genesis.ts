import type { CreateVaultRequest, OwnerSubmission } from '../../schemas/owner-event.ts';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { hex } from '../core/bytes.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { wipeCollectionKey } from '../crypto/collection-key.ts';
import type { OwnerKeys } from '../crypto/root.ts';
import { payloadHash } from '../memory/event.ts';
import { makeCollection } from './collection.ts';
import { DEVICE_GRANT, FIRST_APP_GRANT, makeGrant, type NewGrant } from './grant.ts';
import { type OwnerState, stateAtGenesis } from './owner-state.ts';
import { ownerEnvelope, type PreparedAct, signEvent, signGenesis } from './sign-event.ts';

/** A vault that is ready to be created: the request, and what only the owner's side keeps. */
export interface NewVault {
  readonly request: CreateVaultRequest;
  readonly vault: string;
  readonly deviceToken: string;
  readonly appToken: string;
  readonly appGrant: string;
  /** What to remember: it stands at the genesis, so that everything after it is still checked when it is read back. */
  readonly state: OwnerState;
}

/**
 * Makes a vault: its genesis, its own key and the collection `default`, the default policy, a grant for the owner's device and one for a
 * first app. Nothing is sent.
 */
export function makeVault(keys: OwnerKeys, now: Instant, random: Random, app: Partial<NewGrant> = {}): NewVault {
  const body = {
    format: 1 as const,
    ownerKey: hex(keys.signing.publicKey),
    boxKey: hex(keys.box.publicKey),
    nextKeyHash: hex(keys.nextKeyHash),
  };
  const genesis = signGenesis(keys.signing, body, now, random);
  const vault = payloadHash(genesis.payload);
  const state = stateAtGenesis(genesis);
  const { head } = state;

  const own = makeCollection({ vault, name: 'vault', purpose: 'vault', ownerBoxKey: keys.box.publicKey }, now, random);
  const first = makeCollection({ vault, name: 'default', purpose: 'rows', ownerBoxKey: keys.box.publicKey }, now, random);
  const device = makeGrant(DEVICE_GRANT, own.key, [first.key], now, random);
  const grant = makeGrant({ ...FIRST_APP_GRANT, ...app }, own.key, [first.key], now, random);
  const policy: PreparedAct = { act: { kind: 'policy_set', body: { policy: DEFAULT_POLICY } }, beside: {} };
  wipeCollectionKey(own.key);
  wipeCollectionKey(first.key);

  const events: OwnerSubmission[] = [];
  let ownerPrev = vault;
  for (const { act, beside } of [own, first, policy, device, grant]) {
    const signed = signEvent(keys.signing, { vault, ownerSeq: events.length + 1, ownerPrev, seenHead: head }, act, now, random);
    events.push({ event: ownerEnvelope(signed), ...beside });
    ownerPrev = payloadHash(signed.payload);
  }
  const request = { genesis: ownerEnvelope(genesis), events };
  return { request, vault, deviceToken: device.token, appToken: grant.token, appGrant: grant.grant, state };
}
