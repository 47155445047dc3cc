import type { StoredRow } from '../store/records.ts';
import { columnsOf } from './columns.ts';
import { nowOf } from './now.ts';
import type { OpenVault } from './open-vault.ts';
import type { Services } from './services.ts';

/**
 * Brings what keyless jobs see of a vault up to what its opened rows say: after an owner's policy or validation that came while the vault was
 * locked, or after a column was tampered with. Readers never wait for it: they compute.
 */
export async function reconcileColumns(services: Services, vault: OpenVault): Promise<void> {
  const stored = new Map((await services.store.rows(vault.vault)).map((row) => [row.row, row]));
  const now = nowOf(services, vault);
  const wrong = [...vault.rows.values()].filter((row) => differs(stored.get(row.state.id), columnsOf(vault, row, now)));
  if (wrong.length === 0) return;
  const fix = services.writer.submit({
    prepare: async () => ({ tail: vault.state }),
    build: (_prepared, { draft }) => {
      for (const { state } of wrong) {
        const row = vault.rows.get(state.id);
        if (row !== undefined) draft.rows.set(state.id, columnsOf(vault, row, draft.now));
      }
    },
  });
  // Columns are hints: when this cannot be written now, the next opening tries again.
  fix.catch(() => undefined);
}

function differs(stored: StoredRow | undefined, computed: StoredRow): boolean {
  if (stored === undefined) return true;
  const same =
    stored.version === computed.version &&
    stored.activeUntil === computed.activeUntil &&
    stored.backgroundUntil === computed.backgroundUntil &&
    (stored.dueAt === null) === (computed.dueAt === null);
  // A tier that lags behind is the job's to write into the ledger, not ours to paper over.
  return !same || (stored.dueAt !== null && computed.dueAt !== null && stored.dueAt > computed.dueAt);
}
