import type { ValidationLeaf } from '../../schemas/owner-event.ts';
import { hex } from '../core/bytes.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { rootOfHashes } from '../log/merkle.ts';
import { validationLeafHash } from '../memory/validation.ts';
import type { OwnRow } from './own-row.ts';
import type { PreparedAct } from './sign-event.ts';

/**
 * Many rows under one signature: a Merkle root over a salted leaf for each, so that a receipt can carry one row's validation without naming the
 * others. `expiresAt` in milliseconds, or null: as the policy says.
 */
export function makeValidation(
  vault: string,
  rows: readonly Pick<OwnRow, 'row' | 'version' | 'commitment'>[],
  expiresAt: Instant | null,
  random: Random,
): PreparedAct {
  const leaves = rows.map(({ row, version, commitment }): ValidationLeaf => ({
    salt: hex(random.bytes(32)),
    row,
    version,
    commitment,
    expiresAt,
  }));
  const root = hex(rootOfHashes(leaves.map((leaf) => validationLeafHash(vault, leaf))));
  return { act: { kind: 'validated', body: { root, size: leaves.length } }, beside: { leaves } };
}
