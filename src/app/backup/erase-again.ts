import { LIMITS } from '../../../schemas/limits.ts';
import type { ErasedBody } from '../../../schemas/owner-event.ts';
import type { Instant } from '../../core/instant.ts';
import type { VaultState } from '../../memory/state.ts';
import type { Store } from '../../store/store.ts';
import { VaultDraft } from '../draft.ts';
import { readVaultState } from '../ledger-reader.ts';

/** An erasure that is known apart from the data: by the hash of the owner's event, and what it named. */
export interface KnownErasure {
  readonly vault: string;
  /** SHA-256 of the owner event's payload, in hexadecimal. */
  readonly event: string;
  readonly what: ErasedBody;
}

/**
 * Erases in a restored vault what had been erased since the backup: an `erased` event of the restore's own for each erasure that the restored
 * ledger does not have, naming the owner's event that it repeats. From there on nothing of those rows is served; each is noted as an erasure that is
 * still to be carried out on the disk. Returns how many rows there were.
 * @throws {MemSyncError} `ledger_broken`, `store_failed`
 */
export async function eraseAgain(store: Store, vault: string, known: readonly KnownErasure[], now: Instant): Promise<number> {
  const erasures = known.filter((erasure) => erasure.vault === vault);
  const state = erasures.length === 0 ? null : await readVaultState(store, vault);
  if (state === null) return 0;
  const draft = new VaultDraft(state, now);
  const gone = new Set<string>();
  for (const { event, what } of erasures) {
    if (state.ownerHashes.has(event)) continue;
    const rows = rowsOf(state, what).filter((id) => !gone.has(id));
    for (let at = 0; at < rows.length; at += LIMITS.eventRows) {
      const some = rows.slice(at, at + LIMITS.eventRows);
      const seq = draft.appendJobEvent({ kind: 'erased', at: draft.now, job: 'restore', rows: some, event });
      draft.erasures.push({ seq, doneAt: null });
      for (const id of some) gone.add(id);
    }
  }
  if (!draft.isEmpty) await store.commit({ vaults: [draft.change()], log: null });
  return gone.size;
}

/** The rows that the erasure names and that are there again. */
function rowsOf(state: VaultState, what: ErasedBody): string[] {
  const there = [...state.rows.values()].filter(({ erased }) => erased === null);
  if (what.scope === 'vault') return there.map(({ id }) => id);
  if (what.scope === 'collection') return there.filter(({ collection }) => collection === what.collection).map(({ id }) => id);
  const named = new Set(what.rows);
  return there.filter(({ id }) => named.has(id)).map(({ id }) => id);
}
