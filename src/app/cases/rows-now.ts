import type { CaseRow } from '../../../schemas/case.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import { currentVersion, type RowState, standingOf, type VaultState } from '../../memory/state.ts';
import { tierAt, worstTier } from '../../memory/tier.ts';
import type { StoredRow } from '../../store/records.ts';
import { settleDoubts } from '../doubted.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Services } from '../services.ts';
import type { DossierRow } from './dossier.ts';

/** A vault as far as a case asks after it, with no key at hand. */
export interface RowsBehind {
  readonly vault: OpenVault;
  /** What jobs know of the rows that the case names. */
  readonly columns: ReadonlyMap<string, StoredRow>;
}

/** The rows of a case as the ledger has them now. */
export interface RowsNow {
  readonly rows: readonly CaseRow[];
  /** Rows that were served and are erased. */
  readonly gone: number;
}

/**
 * The vault behind a case, fresh, locked or not; what its ledger says of the rows has been checked as what is served is.
 * @throws what acquiring a vault throws
 */
export async function rowsBehind(services: Services, vault: string, rows: readonly Pick<DossierRow, 'row'>[]): Promise<RowsBehind> {
  const ids = rows.map(({ row }) => row);
  const known = ({ state }: OpenVault): RowState[] => ids.map((id) => state.rows.get(id)).filter((row) => row !== undefined);
  let open = await services.vaults.acquire(vault);
  // Where the owner's word does not hold, the vault is folded anew, from its genesis: then there is nothing more to check.
  while (services.validations.concern(open.state)) {
    const unchecked = services.validations.unchecked(open.state, known(open));
    const doubted = unchecked.length > 0 ? { rows: unchecked, checked: false } : { rows: known(open), checked: true };
    if (doubted.checked && services.validations.hold(open.state, doubted.rows)) break;
    await settleDoubts(services, { state: open.state, ...doubted });
    open = await services.vaults.acquire(vault);
  }
  const columns = new Map((await services.store.rowsNamed(vault, ids)).map((row) => [row.row, row]));
  return { vault: open, columns };
}

/** How the rows stand at `now`. Where their keys are not at hand their tier is no better than what jobs know of them. */
export function rowsAt({ vault, columns }: RowsBehind, told: readonly DossierRow[], goneBefore: number, now: Instant): RowsNow {
  const rows = told.flatMap((row): CaseRow[] => {
    const state = there(vault.state, row.row);
    if (state === undefined) return [];
    const { version } = currentVersion(state);
    const lastValidatedAt = state.validation === null ? null : formatInstant(state.validation.at);
    const tier = tierNow(vault, state, columns.get(row.row), now);
    return [{ ...row, now: { tier, standing: standingOf(state), version, lastValidatedAt } }];
  });
  return { rows, gone: goneBefore + told.length - rows.length };
}

function there({ rows, erased }: VaultState, id: string): RowState | undefined {
  const row = rows.get(id);
  return erased !== null || row === undefined || row.erased !== null ? undefined : row;
}

function tierNow(vault: OpenVault, state: RowState, column: StoredRow | undefined, now: Instant): CaseRow['now']['tier'] {
  const opened = vault.rows.get(state.id);
  if (opened !== undefined) return vault.tierOf(opened, now).tier;
  const standing = standingOf(state);
  const cap = standing === 'live' ? 'active' : standing === 'contested' ? 'background' : 'dormant';
  const byLedger = worstTier(state.restoredSeq === null ? state.ledgerTier : 'dormant', cap);
  return column === undefined ? 'dormant' : worstTier(byLedger, tierAt(column, now));
}
