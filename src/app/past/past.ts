import type { RetrievalRequest } from '../../../schemas/retrieval.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { isFar } from '../../memory/checkpoint-spacing.ts';
import type { VaultState } from '../../memory/state.ts';
import { foldOn, readGenesis } from '../ledger-reader.ts';
import { nowOf } from '../now.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Services } from '../services.ts';
import type { VaultView } from '../vault-view.ts';
import { PastVault } from './past-vault.ts';
import { positionOf } from './position.ts';

/** A vault as it stood, looked at from an instant. */
export interface Past extends VaultView {
  readonly at: Instant;
  /** What it is a look at, for whoever looks again. */
  readonly of: PastVault;
  /** Whether everything that it said then is at hand; otherwise it has to be asked for anew. */
  readonly isWhole: boolean;
}

/**
 * The vault as it stood: folded from the nearest checkpoint before, its later versions put aside. Rows that have been erased since are gone. `made` is
 * an earlier look, which is taken where it is one at the same; others may have looked elsewhere meanwhile.
 * @throws {MemSyncError} `as_of_unknown`; what reading a ledger throws
 */
export async function pastOf(
  services: Services,
  vault: OpenVault,
  asOf: NonNullable<RetrievalRequest['asOf']>,
  made: PastVault | null = null,
): Promise<Past> {
  const { store } = services;
  const { seq, at } = await positionOf(store, vault.state, asOf, nowOf(services, vault));
  let past = vault.pasts.at(seq, vault.keys.collections());
  if (past === null) {
    past = made?.isOf(vault, seq) === true ? made : new PastVault(vault, await stateAt(services, vault.vault, seq));
    vault.pasts.keep(past);
  }
  await past.bringUp(store);
  return past.seenFrom(at);
}

/** A vault's state after event `seq`, which its ledger has. @throws {MemSyncError} `ledger_broken`, `owner_event_forged` */
async function stateAt({ store, checkpoints }: Services, vault: string, seq: number): Promise<VaultState> {
  const near = await checkpoints.upTo(vault, seq);
  if (isFar(near?.headSeq ?? -1, seq)) checkpoints.noteSparse(vault);
  if (near !== null) {
    const from = near.headSeq;
    try {
      await foldOn(store, near, seq);
      return near;
    } catch (error) {
      if (!isMemSyncError(error, 'ledger_broken') && !isMemSyncError(error, 'owner_event_forged')) throw error;
      checkpoints.distrust(vault, from);
    }
  }
  const state = await readGenesis(store, vault);
  if (state === null) throw new MemSyncError('vault_unknown', 'There is no such vault here.');
  await foldOn(store, state, seq);
  if (state.headSeq !== seq) throw new MemSyncError('ledger_broken', `The ledger ends before event ${seq}.`);
  return state;
}
