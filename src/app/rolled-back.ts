import { equalBytes } from '../core/bytes.ts';
import type { Services } from './services.ts';

/** A vault that is not where it is remembered to have been. */
export interface RolledBack {
  readonly vault: string;
  /** The event that is remembered. */
  readonly seq: number;
  /** The event at which it stands; null where it is not here at all. */
  readonly stands: number | null;
}

/** Those of the vaults that are behind their marks, or have another past: as after an older database was put in place by hand. No key is needed. */
export async function rolledBack({ marks, store }: Pick<Services, 'marks' | 'store'>, vaults: readonly string[]): Promise<RolledBack[]> {
  const found: RolledBack[] = [];
  for (const [i, vault] of vaults.entries()) {
    const mark = marks.get(vault);
    if (mark === null) continue;
    const there = await store.eventHash(vault, mark.seq);
    if (there === null || !equalBytes(there, mark.hash))
      found.push({ vault, seq: mark.seq, stands: (await store.head(vault))?.seq ?? null });
    // Others have a turn.
    if (i % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
}
