import { z } from 'zod';
import { Millis, Sha256, VaultId } from '../../../schemas/primitives.ts';

const Head = z.strictObject({ seq: z.int().min(0), hash: Sha256 });

/** What a restore came to for one vault. */
const RestoredVault = z.strictObject({
  vault: VaultId,
  /** Where it stood in the backup. */
  backup: Head,
  /** Where it stands now: there, or one event further, which says that it was restored. */
  head: Head,
  /** The furthest head that the service's marks know; null where they know none. */
  known: Head.nullable(),
  /**
   * `same`: the backup has all that is known. `behind`: events are missing. `forked`: the known head is on another history. `unknown`: nothing
   * says whether events are missing. All but the first leave every row dormant until its owner stands behind it.
   */
  outcome: z.enum(['same', 'behind', 'forked', 'unknown']),
  /** The events that are known to be missing, first and last; null for none. */
  missing: z.strictObject({ from: z.int(), to: z.int(), count: z.int() }).nullable(),
  /** Rows that had been erased since the backup and were erased again. */
  erasedAgain: z.int().min(0),
  /** Under which code its ledger did not verify when it was backed up, or null. */
  error: z.string().nullable(),
});
export type RestoredVault = z.infer<typeof RestoredVault>;

/**
 * The plan of a restore, and then the record of it. It is written when the new database is complete and before anything that was there is
 * touched; from then on the restore can be finished, whatever happens.
 */
export const Restored = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  at: Millis,
  backup: z.string(),
  backupAt: Millis,
  /** Where the database that was there before goes; null where there was none. */
  before: z.string().nullable(),
  vaults: z.array(RestoredVault),
  /** Vaults that the marks know and the backup has not at all. Their marks stay. */
  absent: z.array(z.strictObject({ vault: VaultId, known: Head })),
  log: z.strictObject({
    /** The name that it goes on under, and the one before. */
    name: z.string(),
    was: z.string(),
    size: z.int().min(0),
    /** The highest size that is known to have been signed under the old name; null where nothing says. */
    known: z.int().nullable(),
  }),
});
export type Restored = z.infer<typeof Restored>;

/** The vaults whose rows wait for their owner's word. */
export function capped(restored: Restored): readonly RestoredVault[] {
  return restored.vaults.filter(({ outcome }) => outcome !== 'same');
}
