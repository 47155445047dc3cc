import { existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DatabaseFiles, Progress } from './app/backup/files.ts';
import { BackupFolder } from './app/backup/folder.ts';
import { type BackupParts, type MadeBackup, makeBackup, verifyBackup } from './app/backup/make.ts';
import type { Manifest } from './app/backup/manifest.ts';
import { finishRestore, requireFinished } from './app/backup/plan.ts';
import { pruneBackups, type Pruned, readManifests } from './app/backup/prune.ts';
import { prepareRestore, type RestoreWish } from './app/backup/restore.ts';
import type { Restored } from './app/backup/restored.ts';
import { finishErasures } from './app/erase/carry-out.ts';
import { inspectLog } from './app/inspect.ts';
import { namedSigner, ownLogKey } from './app/log-name.ts';
import type { RestingLog } from './app/operator/next-statement.ts';
import { openStoredCheckpoint } from './app/stated-keys.ts';
import { BUILD } from './config/build.ts';
import { claimFolder } from './config/folder-claim.ts';
import { FileJournal } from './config/erasure-journal.ts';
import { openKeyFolder, type ServiceKeys } from './config/key-folder.ts';
import { FileMarks } from './config/mark-file.ts';
import { noteRestore, readRestores } from './config/restore-record.ts';
import type { ServiceSettings } from './config/settings.ts';
import { equalBytes } from './core/bytes.ts';
import type { Clock } from './core/clock.ts';
import { isMemSyncError, MemSyncError } from './core/errors.ts';
import type { Random } from './core/random.ts';
import { EMPTY_ROOT } from './log/merkle.ts';
import { verifierKey } from './log/verifier-key.ts';
import { openServices } from './main.ts';
import { parseTrustedKeys } from './receipts/trust.ts';
import { checkDatabase, copyDatabase, databaseFiles, holdDatabase, requireFree } from './store/sqlite/backup.ts';
import { openSqliteStore } from './store/sqlite/store.ts';

/** What the operator's own work on a service's folders is given. */
export interface Hand {
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: Progress;
}

const FILES: DatabaseFiles = {
  copy: copyDatabase,
  check: checkDatabase,
  names: databaseFiles,
  requireFree,
  hold: holdDatabase,
  open: (path) => openSqliteStore({ path }),
};

/** Backs up the service's data into a folder, beside the service if it runs; then deletes all but the `keep` newest backups, unless something in this one is damaged. */
export async function backUp(
  settings: ServiceSettings,
  path: string,
  hand: Hand,
  keep: number | null,
): Promise<MadeBackup & { readonly pruned: Pruned | null }> {
  const database = join(settings.dataFolder, 'memsync.db');
  if (!existsSync(database)) throw new MemSyncError('not_found', `There is no database in ${settings.dataFolder}: see MEMSYNC_DATA.`);
  requireApart(settings, path);
  const parts = partsOf(settings, hand);
  // What is remembered before the copy is made can only be behind it.
  const marks = new FileMarks(join(settings.keyFolder, 'marks.json'));
  const folder = BackupFolder.make(path);
  return claimed(folder.path, async () => {
    const made = await makeBackup(parts, folder, database, marks);
    const whole = made.manifest.vaults.every(({ error }) => error === null);
    return { ...made, pruned: keep !== null && whole ? pruneBackups(folder, keep, parts.trusted.manifest) : null };
  });
}

/** The backups in a folder, the oldest first, with those that do not read or that this service's key has not signed. */
export function listBackups(settings: ServiceSettings, path: string, hand: Hand): { manifests: Manifest[]; unreadable: string[] } {
  return readManifests(BackupFolder.open(path), partsOf(settings, hand).trusted.manifest);
}

/** Verifies the named backup, or the newest. @throws {MemSyncError} `backup_broken`, `key_untrusted`, `log_broken`, `not_found` */
export async function checkBackup(settings: ServiceSettings, path: string, hand: Hand, id: string | undefined): Promise<Manifest> {
  const parts = partsOf(settings, hand);
  const folder = BackupFolder.open(path);
  return claimed(folder.path, () => verifyBackup(parts, folder, folder.choose(id)));
}

/** What a restore came to; `resumed` where it only finished one that had been interrupted. */
export interface RestoreOutcome {
  readonly restored: Restored;
  readonly resumed: boolean;
}

/**
 * Restores a backup into the data folder. Where a restore was interrupted that only has to be put in place, that is finished instead, and said.
 * With `lost`, the backup is believed by those keys instead of the service's own.
 * @throws {MemSyncError} as `prepareRestore` and `finishRestore`
 */
export async function restore(
  settings: ServiceSettings,
  path: string,
  hand: Hand,
  wish: RestoreWish,
  lost: readonly string[] | null = null,
): Promise<RestoreOutcome> {
  const { dataFolder, keyFolder } = settings;
  const parts = partsOf(settings, hand, lost);
  const finish = (): Restored | null => finishRestore(dataFolder, FILES, { restored: (restored) => noteRestore(keyFolder, restored) });
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  return claimed(dataFolder, async () => {
    const resumed = finish();
    if (resumed !== null) {
      await takeOffDisk(settings, hand, resumed);
      return { restored: resumed, resumed: true };
    }
    const marks = new FileMarks(join(keyFolder, 'marks.json'));
    const folder = BackupFolder.open(path);
    const restored = await claimed(folder.path, () =>
      prepareRestore(
        {
          ...parts,
          dataFolder,
          marks,
          marked: marks.vaults(),
          earlier: readRestores(keyFolder),
          erasures: new FileJournal(keyFolder).entries(),
        },
        folder,
        wish,
      ),
    );
    finish();
    await takeOffDisk(settings, hand, restored);
    return { restored, resumed: false };
  });
}

/**
 * Carries out the erasures that a restore has repeated in the ledger; what is left of that, the service does when it starts, as all of it where the
 * operator's root has first to sign new keys.
 */
async function takeOffDisk(settings: ServiceSettings, hand: Hand, { vaults }: Restored): Promise<void> {
  if (vaults.every(({ erasedAgain }) => erasedAgain === 0)) return;
  const opened = await openServices(settings, { clock: hand.clock, random: hand.random }).catch((error: unknown) => {
    if (isMemSyncError(error, 'keys_unstated')) return null;
    throw error;
  });
  if (opened === null) return;
  const { services, close } = opened;
  try {
    hand.progress('erasing again', 0, 1);
    await finishErasures(services);
  } finally {
    await close();
  }
}

/** A service that is not running: its keys, and its log, verified. */
export interface AtRest {
  readonly keys: ServiceKeys;
  readonly log: RestingLog;
}

/**
 * Does the operator's work on the key folder while nothing uses it: from the moment that `work` is handed the log until it has returned, no process
 * can add to it.
 * @throws {MemSyncError} `data_in_use` while the service runs; `restore_unfinished`, `log_broken`, `keys_unsafe`, `key_history_broken`
 */
export async function atRest<T>(
  { dataFolder, keyFolder, logOrigin }: ServiceSettings,
  random: Random,
  work: (rest: AtRest) => T,
): Promise<T> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  return claimed(dataFolder, async () => {
    requireFinished(dataFolder);
    const database = join(dataFolder, 'memsync.db');
    // Before it is opened, which may bring it up to the newest schema.
    if (existsSync(database)) requireFree(database);
    const keys = openKeyFolder(keyFolder, logOrigin, random);
    if (!existsSync(database)) return work({ keys, log: { origin: keys.logSigner.name, size: 0, root: EMPTY_ROOT } });
    const log = await readRestingLog(database, keys);
    const release = holdDatabase(database);
    try {
      return work({ keys, log });
    } finally {
      release();
    }
  });
}

/** The log in a database, recomputed from its entries. @throws {MemSyncError} `log_broken`, `schema_newer` */
async function readRestingLog(database: string, { logSigner, history }: ServiceKeys): Promise<RestingLog> {
  const store = openSqliteStore({ path: database });
  try {
    const { name, publicKey } = await namedSigner(store, logSigner);
    const stored = await store.log();
    if (stored === null) return { origin: name, size: 0, root: EMPTY_ROOT };
    await inspectLog({ store });
    const { origin, size, root } = openStoredCheckpoint(stored.checkpoint, { key: verifierKey(name, publicKey), history });
    if (size !== stored.size || !equalBytes(root, stored.root))
      throw new MemSyncError('log_broken', 'The log is not the one that its checkpoint was signed for.');
    return { origin, size, root, lastAt: stored.at };
  } finally {
    await store.close();
  }
}

async function claimed<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const release = claimFolder(folder, process.pid);
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * @param lost the lines of `/log/key` of a service whose keys are lost: its backups are believed, and keys are made where there are none
 * @throws {MemSyncError} `not_found` where there are no keys, which opening would make; `key_untrusted` on lines that are none
 */
function partsOf(settings: ServiceSettings, hand: Hand, lost: readonly string[] | null = null): BackupParts {
  const { keyFolder, logOrigin } = settings;
  const there = ['log.key', 'receipts.key'].every((name) => existsSync(join(keyFolder, name)));
  if (!there && lost === null) throw new MemSyncError('not_found', `There are no keys in ${keyFolder}: see MEMSYNC_KEYS, and --key.`);
  const known = lost === null ? null : parseTrustedKeys(lost);
  const { logSigner, receiptSigner, history } = openKeyFolder(keyFolder, logOrigin, hand.random);
  // Backups from before a change of keys are signed by the key of then.
  const own = [receiptSigner.key.publicKey, ...(history ?? []).map(({ receipts }) => receipts.publicKey)];
  const trusted = {
    manifest: known === null ? own : known.receipt.map(({ publicKey }) => publicKey),
    log: known === null ? ownLogKey(logSigner, history) : async () => ({ key: known.log, history: null }),
  };
  return { ...hand, files: FILES, logSigner, signer: receiptSigner, trusted, build: BUILD };
}

/** @throws {MemSyncError} `config_invalid` when backups would lie among the data or the keys */
function requireApart({ dataFolder, keyFolder }: ServiceSettings, path: string): void {
  for (const folder of [dataFolder, keyFolder]) {
    if (!relative(folder, path).startsWith('..')) throw new MemSyncError('config_invalid', `${path} lies within ${folder}.`);
  }
}
