import { isMemSyncError } from '../core/errors.ts';
import type { OwnRow } from '../sdk/own-row.ts';
import type { Owner } from '../sdk/owner.ts';
import type { Cli } from './cli.ts';
import { ownRows } from './own-rows.ts';

/** The rows that somebody wants erased. */
export interface Erasable {
  /** What opens with the owner's own key, to be shown. */
  readonly rows: readonly OwnRow[];
  /** What does not open, and is erased all the same. */
  readonly damaged: readonly string[];
  /** What is erased already, as where a list is erased that was cut short before. */
  readonly gone: readonly string[];
}

/** What a row is found to be that cannot be shown. */
const DAMAGED: ReadonlySet<string> = new Set(['row_unopenable', 'commitment_mismatch']);

/** Opens rows; those that do not open, or are gone already, are found by halves. @throws {MemSyncError} as `ownRows`, for any other reason */
export async function erasable(cli: Cli, owner: Owner, ids: readonly string[]): Promise<Erasable> {
  try {
    return { rows: await ownRows(cli, owner, ids), damaged: [], gone: [] };
  } catch (error) {
    if (!isMemSyncError(error) || (error.code !== 'memory_erased' && !DAMAGED.has(error.code))) throw error;
    if (ids.length === 1) return { rows: [], damaged: DAMAGED.has(error.code) ? ids : [], gone: DAMAGED.has(error.code) ? [] : ids };
    const half = Math.ceil(ids.length / 2);
    const [one, other] = [await erasable(cli, owner, ids.slice(0, half)), await erasable(cli, owner, ids.slice(half))];
    return {
      rows: [...one.rows, ...other.rows],
      damaged: [...one.damaged, ...other.damaged],
      gone: [...one.gone, ...other.gone],
    };
  }
}
