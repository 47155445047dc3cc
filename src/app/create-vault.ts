import { LIMITS } from '../../schemas/limits.ts';
import type { CreateVaultReply, CreateVaultRequest } from '../../schemas/owner-event.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { foldGenesis } from '../memory/fold.ts';
import { verifyGenesis, verifyOwnerEvent } from '../memory/owner-chain.ts';
import type { VaultState } from '../memory/state.ts';
import { emptyTail, VaultDraft } from './draft.ts';
import { OpenVault } from './open-vault.ts';
import { requireFreeGrant } from './owner-event.ts';
import { applyOwnerEvent } from './owner-event/apply.ts';
import { checkPreconditions } from './owner-event/preconditions.ts';
import { openEventEnvelope, type ReceivedEvent, receiveEvent } from './owner-event/receive.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';

/**
 * Creates a vault from its genesis, with the owner events that make it usable, whole or not at all (API, `POST /v1/vaults`). The genesis is
 * stamped with the time at which it was signed, so that the owner knows its place in the ledger beforehand and can name it as `seenHead`.
 * @throws {MemSyncError} `vault_exists`, and what a genesis or an owner event is refused for
 */
export async function createVault(services: Services, request: CreateVaultRequest): Promise<CreateVaultReply> {
  const signed = openEventEnvelope(request.genesis);
  const genesis = verifyGenesis(signed);
  const { signedAt } = genesis.payload;
  requireTime(signedAt, services.clock.now());
  const events = (request.events ?? []).map(receiveEvent);
  return services.writer.submit({
    prepare: async () => {
      if ((await services.store.head(genesis.vault)) !== null)
        throw new MemSyncError('vault_exists', 'This genesis has been used already.');
      await services.store.transfer.drop(genesis.vault);
      for (const { payload } of events) await requireFreeGrant(services.store, genesis.vault, payload);
      return { tail: emptyTail(genesis.vault, signedAt) };
    },
    build: ({ tail }, { draft }) => {
      if (tail.headSeq >= 0) throw new MemSyncError('vault_exists', 'This genesis has been used already.');
      // Rehearsed on a draft that is thrown away, so that a refused event leaves nothing behind.
      play(new VaultDraft(emptyTail(genesis.vault, signedAt), draft.now), signed, genesis, events);
      const state = play(draft, signed, genesis, events);
      return { vault: genesis.vault, head: renderHead(state), ownerSeq: state.ownerSeq };
    },
  });
}

/** @throws {MemSyncError} `event_malformed` on a genesis from the future, or from before time is counted. */
function requireTime(signedAt: Instant, now: Instant): void {
  if (signedAt > now + LIMITS.clockSkewMs)
    throw new MemSyncError('event_malformed', 'The genesis is signed in the future; check the clock.');
  if (signedAt < 0) throw new MemSyncError('event_malformed', 'The genesis is signed before 1970.');
}

function play(
  draft: VaultDraft,
  signed: SignedPayload,
  genesis: ReturnType<typeof verifyGenesis>,
  events: readonly ReceivedEvent[],
): VaultState {
  const { signedAt } = genesis.payload;
  draft.appendOwnerEvent(signed, [], signedAt);
  const vault = new OpenVault(foldGenesis(genesis.vault, signed, genesis.payload, draft.tail.headHash, signedAt));
  const { state } = vault;
  const hashes = [state.headHash];
  for (const received of events) {
    verifyOwnerEvent(state, received.signed, hashes[received.payload.seenHead.seq] ?? null, draft.now);
    checkPreconditions(state, received, draft.now);
    applyOwnerEvent(vault, draft, received);
    state.headSeq = draft.tail.headSeq;
    state.headHash = draft.tail.headHash;
    hashes.push(state.headHash);
  }
  return state;
}
