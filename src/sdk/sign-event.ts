import {
  type Envelope,
  type GenesisPayload,
  OWNER_EVENT_TYPE,
  type OwnerEventPayload,
  type OwnerSubmission,
} from '../../schemas/owner-event.ts';
import type { Head } from '../../schemas/primitives.ts';
import { makeId } from '../core/ids.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { encodeEnvelope, type SignedPayload, signPayload } from '../crypto/dsse.ts';
import type { SigningKey } from '../crypto/ed25519.ts';

type ActOf<P> = P extends { readonly kind: infer K; readonly body: infer B } ? { readonly kind: K; readonly body: B } : never;

/** What an owner event does, before it has a place in the owner's chain. */
export type OwnerAct = ActOf<OwnerEventPayload>;

/** An act with what travels beside its event. */
export interface PreparedAct {
  readonly act: OwnerAct;
  readonly beside: Omit<OwnerSubmission, 'event'>;
}

/** Where an event is to stand: on top of the owner's chain, naming a head of the ledger that the owner has seen. */
export interface EventPlace {
  readonly vault: string;
  readonly ownerSeq: number;
  readonly ownerPrev: string;
  readonly seenHead: Head;
  /** The device that signs in the owner's name; left out where the owner does. */
  readonly by?: string;
}

/** The event's exact payload with the owner's signature, made once (FORMATS, "Owner event"). */
export function signEvent(key: SigningKey, place: EventPlace, act: OwnerAct, signedAt: Instant, random: Random): SignedPayload {
  const payload = { ...place, ...act, eventId: makeId('event', signedAt, random), signedAt };
  return signPayload(key, OWNER_EVENT_TYPE, canonicalJson(payload));
}

export function signGenesis(key: SigningKey, body: GenesisPayload['body'], signedAt: Instant, random: Random): SignedPayload {
  const eventId = makeId('event', signedAt, random);
  const payload: GenesisPayload = { vault: null, eventId, ownerSeq: 0, ownerPrev: null, seenHead: null, kind: 'genesis', body, signedAt };
  return signPayload(key, OWNER_EVENT_TYPE, canonicalJson(payload));
}

/** The envelope that goes on the wire. */
export function ownerEnvelope(signed: SignedPayload): Envelope {
  const { payloadType, payload, signatures } = encodeEnvelope(OWNER_EVENT_TYPE, 'owner', signed);
  return { payloadType, payload, signatures: [...signatures] };
}
