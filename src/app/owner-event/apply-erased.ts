import type { VaultState } from '../../memory/state.ts';
import type { VaultDraft } from '../draft.ts';
import type { OpenVault } from '../open-vault.ts';
import type { EventOf } from './receive.ts';

/** From here on nothing of it is served; what lies on the disk is taken away before the owner is answered. */
export function applyErased(vault: OpenVault, draft: VaultDraft, { body }: EventOf<'erased'>, seq: number): void {
  for (const id of body.scope === 'rows' ? body.rows : erasedIds(vault.state)) vault.removeRow(id);
  if (body.scope === 'collection') vault.closeCollection(body.collection);
  // Removing leaves words behind until here.
  vault.index.purge();
  if (body.scope === 'vault') vault.wipe();
  draft.erasures.push({ seq, doneAt: null });
}

function erasedIds(state: VaultState): string[] {
  return [...state.rows.values()].filter((row) => row.erased !== null).map((row) => row.id);
}
