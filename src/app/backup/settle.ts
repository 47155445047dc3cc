import { equalBytes, hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { signCheckpoint } from '../../log/checkpoint.ts';
import type { NoteSigner } from '../../log/note.ts';
import type { VerifierKey } from '../../log/verifier-key.ts';
import type { Store } from '../../store/store.ts';
import { VaultDraft } from '../draft.ts';
import { readVaultState } from '../ledger-reader.ts';
import { branchLog } from '../log-name.ts';
import { type HeadMarks, logMark } from '../marks.ts';
import type { Manifest } from './manifest.ts';
import type { Restored, RestoredVault } from './restored.ts';

/** Under which name the ledger knows who writes about a restore. */
const JOB = 'restore';

type VaultIn = Manifest['vaults'][number];

/** What is known of where vaults had come, apart from the backup. */
export interface Known {
  readonly marks: HeadMarks;
  /** Whether the vault has gone another way, since the backup, from before where it stood then. */
  readonly cutOff: boolean;
}

/** What is known of a vault in a backup: whether events are missing, and which. */
async function compare(
  store: Store,
  { vault, seq, hash, error }: VaultIn,
  { marks, cutOff }: Known,
): Promise<Omit<RestoredVault, 'head' | 'erasedAgain'>> {
  const mark = marks.get(vault);
  const known = mark === null ? null : { seq: mark.seq, hash: hex(mark.hash) };
  const found = { vault, backup: { seq, hash }, known, error };
  if (mark === null) return { ...found, outcome: 'unknown', missing: null };
  if (cutOff) return { ...found, outcome: 'forked', missing: null };
  if (mark.seq > seq) return { ...found, outcome: 'behind', missing: { from: seq + 1, to: mark.seq, count: mark.seq - seq } };
  const there = await store.eventHash(vault, mark.seq);
  return { ...found, outcome: there !== null && equalBytes(there, mark.hash) ? 'same' : 'forked', missing: null };
}

/**
 * Compares a vault with the marks and, unless the backup is known to have all of it, appends `restored` to its ledger: from there on every row is
 * dormant until its owner stands behind it, so nothing that was lost, a retraction or a doubt, can make a row look better than it is.
 */
export async function settleVault(store: Store, vault: VaultIn, known: Known, now: Instant): Promise<RestoredVault> {
  const found = { ...(await compare(store, vault, known)), head: { seq: vault.seq, hash: vault.hash }, erasedAgain: 0 };
  // A ledger that does not verify is refused whole; nothing is written to it either.
  if (found.outcome === 'same' || (vault.error !== null && vault.error !== 'vault_rolled_back')) return found;
  const state = await readVaultState(store, vault.vault);
  if (state === null) throw new MemSyncError('backup_broken', `Vault ${vault.vault} is listed and has no ledger.`);
  const draft = new VaultDraft(state, now);
  draft.appendJobEvent({ kind: 'restored', at: draft.now, job: JOB, lostTo: Math.max(vault.seq, found.known?.seq ?? 0) });
  await store.commit({ vaults: [draft.change()], log: null });
  return { ...found, head: { seq: draft.tail.headSeq, hash: hex(draft.tail.headHash) } };
}

/**
 * Gives the restored log a name of its own, under which its checkpoint is signed anew: what it lost may have been signed for and handed out, and
 * other entries in those places under the old name would be a fork. With `same`, the old name is kept, on the operator's word that nothing was
 * written after the backup.
 * @throws {MemSyncError} `usage` when `same` is asked for and the marks do not know this very log as the last that was signed
 */
export async function settleLog(
  store: Store,
  { signer, was, branch }: { readonly signer: NoteSigner; readonly was: VerifierKey; readonly branch: string },
  marks: HeadMarks,
  same: boolean,
): Promise<Restored['log']> {
  const stored = await store.log();
  const mark = marks.get(logMark(was.name));
  const size = stored?.size ?? 0;
  const known = mark?.seq ?? null;
  if (same) {
    const isLast = size === (mark?.seq ?? 0) && (stored === null || (mark !== null && equalBytes(mark.hash, stored.root)));
    if (!isLast) {
      const what = known === null ? 'nothing about this log' : `${known} entries of it`;
      throw new MemSyncError('usage', `--same-log: the backup has ${size} entries of the log, and the key folder knows ${what}.`);
    }
    return { name: was.name, was: was.name, size, known };
  }
  const named = await branchLog(store, signer, branch);
  if (stored !== null) {
    const checkpoint = signCheckpoint({ origin: named.name, size, root: stored.root }, named);
    await store.commit({ vaults: [], log: { expectedSize: size, log: { ...stored, checkpoint }, tiles: [] } });
  }
  return { name: named.name, was: was.name, size, known };
}
