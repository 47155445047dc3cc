import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { NoteSigner } from '../log/note.ts';
import type { Store } from '../store/store.ts';
import { LogKeeper } from './log-keeper.ts';
import { namedSigner } from './log-name.ts';
import { type ErasureJournal, MemoryJournal } from './erase/known.ts';
import type { HeadMarks } from './marks.ts';
import type { ReceiptSigner, Services } from './services.ts';
import { type VaultLimits, Vaults } from './vaults.ts';
import { Writer } from './writer.ts';

/** What the service is made of, before it is put together. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly marks: HeadMarks;
  readonly logSigner: NoteSigner;
  readonly receiptSigner: ReceiptSigner;
  readonly limits: VaultLimits;
  /** Where erasures are remembered apart from the data; in memory alone where none is given. */
  readonly journal?: ErasureJournal;
  /** What takes it out of memory that something is gone; nothing does where none is given. */
  readonly forgetSoon?: () => void;
  readonly build: string;
}

/** Puts the use cases' services together on a store. @throws {MemSyncError} `log_broken` when the stored log does not verify */
export async function startServices(parts: Parts): Promise<Services> {
  const { store, clock, random, marks, logSigner, receiptSigner, limits, build } = parts;
  const journal = parts.journal ?? new MemoryJournal();
  const forgetSoon = parts.forgetSoon ?? ((): void => undefined);
  const log = await LogKeeper.open(store, await namedSigner(store, logSigner), marks);
  const vaults = new Vaults(store, clock, marks, limits, forgetSoon);
  const writer = new Writer(store, log, clock, vaults);
  return { store, clock, random, vaults, writer, log, marks, receiptSigner, journal, forgetSoon, build };
}

/** Answers what has been taken, wipes every key and closes the store. */
export async function stopServices(services: Services): Promise<void> {
  await services.writer.stop();
  services.vaults.clear();
  await services.store.close();
}
