import { equalBytes } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parseEntryBundle } from '../log/entry-bundle.ts';
import { leafHash, rootOfHashes } from '../log/merkle.ts';
import { TILE_WIDTH } from '../log/tile.ts';
import { readVaultState } from './ledger-reader.ts';
import { ENTRIES } from './log-keeper.ts';
import type { Services } from './services.ts';

/** What reading a vault's whole ledger without any key came to; `error` is null where every link and signature holds. */
export interface VaultInspection {
  readonly vault: string;
  readonly events: number;
  readonly rows: number;
  /** Where the ledger ends; null where it does not verify. */
  readonly head: { readonly seq: number; readonly hash: Uint8Array } | null;
  readonly error: MemSyncError | null;
}

type Inspected = Pick<Services, 'store' | 'marks'>;

/** Reads every vault's ledger from its genesis on, and compares its head with the service's own mark. No key is needed. */
export async function inspectVaults(services: Inspected): Promise<VaultInspection[]> {
  const found: VaultInspection[] = [];
  for (const vault of await services.store.vaultIds()) found.push(await inspectVault(services, vault));
  return found;
}

/** As `inspectVaults`, of one. */
export async function inspectVault({ store, marks }: Inspected, vault: string): Promise<VaultInspection> {
  try {
    const state = await readVaultState(store, vault);
    if (state === null) throw new MemSyncError('ledger_broken', 'The vault is listed and has no ledger.');
    const mark = marks.get(vault);
    const there = mark === null ? null : await store.eventHash(vault, mark.seq);
    if (mark !== null && (there === null || !equalBytes(there, mark.hash))) {
      throw new MemSyncError('vault_rolled_back', `The ledger does not contain event ${mark.seq} that the service has seen before.`);
    }
    return { vault, events: state.headSeq + 1, rows: state.rows.size, head: { seq: state.headSeq, hash: state.headHash }, error: null };
  } catch (error) {
    if (!isMemSyncError(error)) throw error;
    return { vault, events: 0, rows: 0, head: null, error };
  }
}

/**
 * Recomputes the log's root from its entries, one by one, and compares it with the signed checkpoint. Returns the number of entries.
 * @throws {MemSyncError} `log_broken`
 */
export async function inspectLog({ store }: Pick<Services, 'store'>): Promise<number> {
  const stored = await store.log();
  if (stored === null) return 0;
  const leaves: Uint8Array[] = [];
  for (let index = 0; leaves.length < stored.size; index++) {
    const bundle = await store.tile(ENTRIES, index);
    const entries = bundle === null ? [] : parseEntryBundle(bundle).slice(0, stored.size - index * TILE_WIDTH);
    if (entries.length === 0) throw new MemSyncError('log_broken', `The log’s entries end at ${leaves.length} of ${stored.size}.`);
    for (const entry of entries) leaves.push(leafHash(entry));
  }
  if (!equalBytes(rootOfHashes(leaves), stored.root))
    throw new MemSyncError('log_broken', 'The log’s entries do not come to the root that was signed.');
  return stored.size;
}
