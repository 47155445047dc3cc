import { z } from 'zod';
import { EventsReply, OwnerBoxesReply } from './owner-event.ts';
import { Millis, Sequence, Sha256, VaultId } from './primitives.ts';

export const RECOVERY_TYPE = 'application/vnd.memsync.recovery.v1+json';

/** What an owner signs who has the root and nothing else: let me read what I need to sign again (docs/formats.md, “Recovery request”). */
export const RecoveryPayload = z.strictObject({
  vault: VaultId,
  /** The event to begin with. */
  from: Sequence,
  signedAt: Millis,
  /** 32 random bytes: the same request is answered once. */
  nonce: Sha256,
});
export type RecoveryPayload = z.infer<typeof RecoveryPayload>;

/** A page of the ledger with the owner's own boxes: nothing that opens without the root. */
export const RecoveryReply = z
  .strictObject({ events: EventsReply.shape.events, head: EventsReply.shape.head, boxes: OwnerBoxesReply.shape.boxes })
  .meta({ id: 'RecoveryReply' });
export type RecoveryReply = z.infer<typeof RecoveryReply>;
