import { RowStates } from '../../memory/row-states.ts';
import type { VaultState } from '../../memory/state.ts';

/** About how much memory a row's state takes, in bytes: packed, and as an object. */
const PACKED = 140;
const UNPACKED = 800;
/** And the rest of a vault's state. */
const STATE = 16_384;

/** About how much memory a vault's state takes, in bytes. */
export function stateBytes({ rows }: VaultState): number {
  const unpacked = rows instanceof RowStates ? rows.unpacked : rows.size;
  return STATE + rows.size * PACKED + unpacked * UNPACKED;
}
