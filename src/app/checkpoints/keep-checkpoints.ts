import { missing } from '../../memory/checkpoint-spacing.ts';
import type { VaultState } from '../../memory/state.ts';
import { foldOn, readGenesis } from '../ledger-reader.ts';
import type { VaultBehind } from '../../store/checkpoints.ts';
import type { Services } from '../services.ts';
import { TAIL } from './fold-checkpoints.ts';

const PAGE = 500;
/** A run ends once it has folded so many events; the next one goes on. */
const MOST = 2_000_000;

/** What a run came to. */
export interface KeptCheckpoints {
  /** How many checkpoints were made. */
  readonly kept: number;
  /** Vaults whose ledgers do not fold, or whose checkpoints could not be written. */
  readonly failed: number;
}

/**
 * Makes the checkpoints that are missing, in every vault: the newest, where much has come since the last, and those in between that keep any
 * past event near after one. No key of a vault is needed. What it cannot do it leaves; nobody waits for it.
 */
export async function keepCheckpoints(services: Services): Promise<KeptCheckpoints> {
  const total = { kept: 0, failed: 0, events: 0 };
  const one = async (vault: string): Promise<void> => {
    try {
      const done = await bringUp(services, vault);
      total.kept += done.kept;
      total.events += done.events;
    } catch {
      total.failed += 1;
    }
  };
  for (const vault of services.checkpoints.takeSparse()) await one(vault);
  for (let after: string | undefined = ''; after !== undefined && total.events < MOST;) {
    const page: readonly VaultBehind[] = await services.store.checkpoints.behind(TAIL, after, PAGE);
    for (const { vault, seq, kept } of page) {
      if (total.events < MOST && services.checkpoints.isDue(seq, kept)) await one(vault);
    }
    after = page.at(-1)?.vault;
  }
  return { kept: total.kept, failed: total.failed };
}

/** Makes one vault's; how many, and how many events were folded for it. */
async function bringUp({ store, vaults, checkpoints }: Services, vault: string): Promise<{ kept: number; events: number }> {
  const head = await store.head(vault);
  if (head === null) return { kept: 0, events: 0 };
  const seqs = (await checkpoints.places(vault)).map(({ seq }) => seq);
  const between = missing(seqs, head.seq);
  const open = vaults.open.get(vault)?.state;
  let [kept, events] = [0, 0];
  let state: VaultState | null = null;
  const goTo = async (to: number): Promise<VaultState | null> => {
    if (state === null || seqs.some((seq) => seq > (state?.headSeq ?? 0) && seq <= to)) {
      state = (await checkpoints.upTo(vault, to)) ?? (await readGenesis(store, vault));
    }
    if (state === null) return null;
    events += to - state.headSeq;
    await foldOn(store, state, to);
    return state;
  };
  for (const seq of between) {
    const there = await goTo(seq);
    if (there !== null && (await checkpoints.keep(there))) kept += 1;
  }
  if (!checkpoints.isDue(head.seq, seqs.at(-1) ?? -1)) return { kept, events };
  const newest = open ?? (await goTo(head.seq));
  if (newest !== null && (await checkpoints.keep(newest))) kept += 1;
  return { kept, events };
}
