import type { Instant } from '../core/instant.ts';
import { standingOf } from '../memory/state.ts';
import type { StoredRow } from '../store/records.ts';
import type { VaultDraft } from './draft.ts';
import type { OpenRow, OpenVault } from './open-vault.ts';
import { lifecycleOfRow } from './row-plan.ts';

/** What keyless jobs are told of a row: its steps, and the next of them while it can be served. */
export function columnsOf(vault: OpenVault, row: OpenRow, now: Instant): StoredRow {
  const lifecycle = lifecycleOfRow(vault, row);
  const { tier, fallsDueAt } = vault.tierOf(row, now);
  const standing = standingOf(row.state);
  return {
    row: row.state.id,
    version: row.header.version,
    tier,
    activeUntil: lifecycle.activeUntil,
    backgroundUntil: lifecycle.backgroundUntil,
    dueAt: standing === 'live' || standing === 'contested' ? fallsDueAt : null,
  };
}

/** Brings a row's columns up to date in this commit; where its key is not at hand jobs leave it alone until the next opening. */
export function noteColumns(vault: OpenVault, draft: VaultDraft, id: string): void {
  const row = vault.rows.get(id);
  if (row !== undefined) draft.rows.set(id, columnsOf(vault, row, draft.now));
  else draft.unsure.push(id);
}
