import type { OwnerEventPayload, OwnerSubmission } from '../../schemas/owner-event.ts';
import type { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import { MemSyncError } from '../core/errors.ts';
import { verifyOwnerEvent, verifyOwnerSignature } from '../memory/owner-chain.ts';
import type { StoreReader } from '../store/store.ts';
import { carryOut } from './erase/carry-out.ts';
import { applyOwnerEvent } from './owner-event/apply.ts';
import { checkPreconditions } from './owner-event/preconditions.ts';
import { receiveEvent } from './owner-event/receive.ts';
import { nowOf } from './now.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';

/** What cuts grants off. */
const CUTS: ReadonlySet<string> = new Set(['revoked', 'rotated']);

/**
 * Appends an owner-signed event (API, `POST /v1/vaults/{vault}/events`). Nothing but the owner's signature lets it in.
 * @throws {MemSyncError} what `verifyOwnerEvent` and `checkPreconditions` throw
 */
export async function appendOwnerEvent(services: Services, vaultId: string, submission: OwnerSubmission): Promise<OwnerEventReply> {
  const received = receiveEvent(submission);
  // Before it is queued: nobody’s commit waits while a cold vault is opened, least of all for a forged event.
  const known = await services.vaults.acquire(vaultId);
  verifyOwnerSignature(known.state, received.signed, nowOf(services, known));
  const reply = await services.writer.submit({
    prepare: async () => {
      const vault = await services.vaults.acquire(vaultId);
      const seenHash = await services.store.eventHash(vaultId, received.payload.seenHead.seq);
      await requireFreeGrant(services.store, vaultId, received.payload);
      return { tail: vault.state, vault, seenHash };
    },
    build: ({ vault, seenHash }, { draft }) => {
      const seen = received.payload.seenHead.seq;
      const known = seen === vault.state.headSeq ? vault.state.headHash : seenHash;
      verifyOwnerEvent(vault.state, received.signed, known, draft.now);
      checkPreconditions(vault.state, received, draft.now);
      const seq = applyOwnerEvent(vault, draft, received);
      return { seq, head: renderHead(vault.state), ownerSeq: vault.state.ownerSeq };
    },
  });
  if (CUTS.has(received.payload.kind)) services.forgetSoon();
  if (received.payload.kind !== 'erased') return reply;
  // Acknowledged once it is really gone.
  return { ...reply, certificate: await carryOut(services, { vault: vaultId, seq: reply.seq }) };
}

/** @throws {MemSyncError} `batch_conflict` where an event grants under an id that another vault has given: a token names its grant alone. */
export async function requireFreeGrant(store: StoreReader, vault: string, payload: OwnerEventPayload): Promise<void> {
  const holder = payload.kind === 'granted' ? await store.grantVault(payload.body.grant) : null;
  if (holder !== null && holder !== vault)
    throw new MemSyncError('batch_conflict', 'Another vault has a grant of this id; draw a fresh one.');
}
