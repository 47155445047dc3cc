import { isMemSyncError } from '../core/errors.ts';
import type { RowState, VaultState } from '../memory/state.ts';
import type { Hit } from '../retrieval/face.ts';
import type { Services } from './services.ts';
import type { VaultView } from './vault-view.ts';

/** Rows of a vault whose validation has to be checked, or does not hold, before they may be shown. */
export interface Doubted {
  readonly state: VaultState;
  readonly rows: readonly RowState[];
  /** Whether their signatures have been looked at. */
  readonly checked: boolean;
}

/** What is to be settled about the rows that a search has found, and about those above them, before they are laid out; null for nothing. */
export function doubtsOf({ validations }: Services, view: VaultView, hits: readonly Pick<Hit, 'id'>[]): Doubted | null {
  const { state } = view;
  if (!validations.concern(state)) return null;
  const rows = withSources(view, hits);
  const unchecked = validations.unchecked(state, rows);
  if (unchecked.length > 0) return { state, rows: unchecked, checked: false };
  return validations.hold(state, rows) ? null : { state, rows, checked: true };
}

function withSources(view: VaultView, hits: readonly Pick<Hit, 'id'>[]): RowState[] {
  const found = new Map<string, RowState>();
  const pending = hits.map(({ id }) => id);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const row = found.has(id) ? undefined : view.rows.get(id);
    if (row === undefined) continue;
    found.set(id, row.state);
    pending.push(...row.header.derivedFrom);
  }
  return [...found.values()];
}

/** Checks the owner's signatures. Where they do not hold, what checkpoints say of the vault is believed no more: it is folded from its genesis. */
export async function settleDoubts({ validations, checkpoints, vaults }: Services, { state, rows, checked }: Doubted): Promise<void> {
  try {
    if (!checked) return await validations.check(state, rows);
  } catch (error) {
    if (!isMemSyncError(error, 'owner_event_forged')) throw error;
  }
  await checkpoints.distrustAll(state.vault);
  vaults.forget(state.vault);
}
