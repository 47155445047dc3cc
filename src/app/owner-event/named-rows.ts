import type { NamedVersion, ValidationLeaf } from '../../../schemas/owner-event.ts';
import type { Standing } from '../../../schemas/vocabulary.ts';
import { MemSyncError } from '../../core/errors.ts';
import { currentVersion, type RowState, standingOf, type VaultState } from '../../memory/state.ts';

const IN_USE: readonly Standing[] = ['live', 'contested'];

/** A row that an event names, at the very version that was signed. @throws {MemSyncError} `version_changed`, `row_not_live` once erased */
export function requireCurrent(state: VaultState, named: Pick<NamedVersion | ValidationLeaf, 'row' | 'version' | 'commitment'>): RowState {
  const row = state.rows.get(named.row);
  const current = row === undefined ? null : currentVersion(row);
  if (row === undefined || current?.version !== named.version || current.commitment !== named.commitment) {
    throw new MemSyncError('version_changed', `Row ${named.row} is not at the version that was signed.`, {
      context: { row: named.row, version: current?.version ?? null, commitment: current?.commitment ?? null },
    });
  }
  if (row.erased !== null) throw new MemSyncError('row_not_live', `Row ${named.row} is erased.`);
  return row;
}

/** As `requireCurrent`, of a row that stands as one of these: unless told otherwise, in use. @throws {MemSyncError} `row_not_live` */
export function requireStanding(state: VaultState, named: NamedVersion, standings: readonly Standing[] = IN_USE): RowState {
  const row = requireCurrent(state, named);
  const standing = standingOf(row);
  if (!standings.includes(standing)) throw new MemSyncError('row_not_live', `Row ${named.row} is ${standing}.`);
  return row;
}

/** @throws {MemSyncError} `batch_conflict` when an event names a row twice */
export function requireOnce(rows: readonly string[]): void {
  if (new Set(rows).size !== rows.length) throw new MemSyncError('batch_conflict', 'The event names a row twice.');
}
