import type { VaultDraft } from '../draft.ts';
import type { OpenVault } from '../open-vault.ts';
import type { EventOf } from './receive.ts';

/** From here on nothing of it is served; what lies on the disk is taken away before the owner is answered. */
export function applyErased(vault: OpenVault, draft: VaultDraft, { body }: EventOf<'erased'>, seq: number): void {
  for (const [id, row] of vault.state.rows) {
    if (row.erased !== null) vault.removeRow(id);
  }
  void body;
  draft.erasures.push({ seq, doneAt: null });
}
