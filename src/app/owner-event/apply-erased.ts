import type { VaultDraft } from '../draft.ts';
import type { OpenVault } from '../open-vault.ts';
import type { EventOf } from './receive.ts';

/** From here on nothing of it is served; what lies on the disk is taken away before the owner is answered. */
export function applyErased(vault: OpenVault, draft: VaultDraft, { body }: EventOf<'erased'>, seq: number): void {
  if (body.scope === 'rows') vault.removeRows(body.rows);
  if (body.scope === 'collection') {
    vault.closeRows(body.collection);
    vault.closeCollection(body.collection);
  }
  // Removing leaves words behind until here.
  vault.purge();
  if (body.scope === 'vault') vault.wipe();
  // The commit takes them away.
  vault.snapshots.clear();
  draft.erasures.push({ seq, doneAt: null });
}
