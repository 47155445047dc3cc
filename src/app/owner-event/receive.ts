import { OWNER_EVENT_TYPE, type OwnerEventPayload, type OwnerSubmission } from '../../../schemas/owner-event.ts';
import { MemSyncError } from '../../core/errors.ts';
import { parseEnvelope, type SignedPayload } from '../../crypto/dsse.ts';
import { parseOwnerPayload } from '../../memory/owner-chain.ts';

/** An owner event taken from its envelope, with what travels beside it. */
export interface ReceivedEvent {
  readonly signed: SignedPayload;
  readonly payload: OwnerEventPayload;
  readonly submission: OwnerSubmission;
}

/** A received event of one kind. */
export type EventOf<K extends OwnerEventPayload['kind']> = Extract<OwnerEventPayload, { kind: K }>;

/** @throws {MemSyncError} `event_malformed` */
export function receiveEvent(submission: OwnerSubmission): ReceivedEvent {
  const signed = openEventEnvelope(submission.event);
  return { signed, payload: parseOwnerPayload(signed.payload), submission };
}

/** The exact bytes that were signed. @throws {MemSyncError} `event_malformed` */
export function openEventEnvelope(envelope: OwnerSubmission['event']): SignedPayload {
  try {
    return parseEnvelope(OWNER_EVENT_TYPE, envelope);
  } catch (cause) {
    throw new MemSyncError('event_malformed', `Expected one signature over an envelope of type ${OWNER_EVENT_TYPE}.`, { cause });
  }
}
