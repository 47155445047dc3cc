import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVault } from '../src/app/create-vault.ts';
import { MemoryMarks } from '../src/app/marks.ts';
import type { Services } from '../src/app/services.ts';
import { startServices, stopServices } from '../src/app/start.ts';
import { openKeyFolder } from '../src/config/key-folder.ts';
import { type Clock, systemClock } from '../src/core/clock.ts';
import { systemRandom } from '../src/core/random.ts';
import { Redacted } from '../src/core/redacted.ts';
import { deriveOwnerKeys } from '../src/crypto/root.ts';
import { makeVault, type NewVault } from '../src/sdk/genesis.ts';
import { openSqliteStore } from '../src/store/sqlite/store.ts';

/** A folder of one measurement's own, gone when it is done. `MEMSYNC_BENCH_FOLDER` says on which disk. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env['MEMSYNC_BENCH_FOLDER'] ?? tmpdir(), 'memsync-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function databaseOf(folder: string): string {
  return join(folder, 'memsync.db');
}

/** How services are put together, where it is not as usual. */
export interface Wishes {
  readonly clock?: Clock;
  /** Bytes of memory that open vaults may take; plenty, unless given. */
  readonly memoryBudget?: number;
  /** Whether checkpoints and snapshots are read and kept; unless denied. */
  readonly keeps?: boolean;
}

/** The use cases on a SQLite file in the folder, put together as the service does. */
export async function startIn(
  folder: string,
  { clock = systemClock, memoryBudget = 2 ** 34, keeps = true }: Wishes = {},
): Promise<Services> {
  const { foldSecret, ...keys } = openKeyFolder(join(folder, 'keys'), null, systemRandom);
  return startServices({
    store: openSqliteStore({ path: databaseOf(folder) }),
    clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    ...keys,
    ...(keeps ? { foldSecret } : {}),
    limits: { idleMs: 900_000, memoryBudget },
    build: 'bench',
  });
}

/** Runs `work` on services that are stopped afterwards. */
export async function withServices<T>(folder: string, work: (services: Services) => Promise<T>, wishes?: Wishes): Promise<T> {
  const services = await startIn(folder, wishes);
  try {
    return await work(services);
  } finally {
    await stopServices(services);
  }
}

/** A vault that is ready to be sent to a service, with a token for one app. The owner's keys are thrown away. */
export function freshVault(now: number): NewVault {
  return makeVault(deriveOwnerKeys(new Redacted(systemRandom.bytes(32))), now, systemRandom, { label: 'bench' });
}

/** A new vault in these services; gives its app's token. */
export async function tokenIn(services: Services): Promise<string> {
  return (await vaultIn(services)).token;
}

/** As `tokenIn`, with the vault's id. */
export async function vaultIn(services: Services): Promise<{ vault: string; token: string }> {
  const made = freshVault(services.clock.now());
  await createVault(services, made.request);
  return { vault: made.vault, token: made.appToken };
}
