import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import type { Store } from '../../store/store.ts';
import type { HeadMarks } from '../marks.ts';
import { MemoryMarks } from '../marks.ts';
import { assemble, readContents } from './contents.ts';
import { eraseAgain, type KnownErasure } from './erase-again.ts';
import { onDisk } from './files.ts';
import type { BackupFolder } from './folder.ts';
import { type BackupParts, requireSame } from './make.ts';
import { makeBackupId, type Manifest, verifyManifest } from './manifest.ts';
import { DATABASE, NEXT, PLAN, requireFinished, writePlan } from './plan.ts';
import type { Restored, RestoredVault } from './restored.ts';
import { settleLog, settleVault } from './settle.ts';

export interface RestoreParts extends BackupParts {
  readonly dataFolder: string;
  readonly marks: HeadMarks;
  /** The vaults that there are marks of. */
  readonly marked: readonly string[];
  /** The restores that the key folder has on record. */
  readonly earlier: readonly Restored[];
  /** The erasures that it knows of. */
  readonly erasures: readonly KnownErasure[];
}

export interface RestoreWish {
  /** Which backup; the newest unless told. */
  readonly id: string | undefined;
  /** Moves a database that is there aside. */
  readonly replace: boolean;
  /** Keeps the log's name: nothing was written after the backup. */
  readonly sameLog: boolean;
}

/** What may lie in a data folder that counts as empty: notes of who works there, and what an earlier restore left that changed nothing. */
const NOTHING = /^(?:claimed|serving|lost\+found|restoring\.db(?:-wal|-shm|-journal)?)$/;

/**
 * Reads a backup into the data folder under a temporary name, verifies all of it, compares it with what the marks remember, and writes into it
 * what a restored vault and a restored log have to say. Nothing that was there is touched: `finishRestore` puts it in place.
 * @throws {MemSyncError} `data_exists`, `data_in_use`, `backup_broken`, `key_untrusted`, `log_broken`, `not_found`, `schema_newer`, `store_failed`,
 * `usage` (`sameLog` against the marks); `restore_unfinished` when one is waiting to be finished
 */
export async function prepareRestore(parts: RestoreParts, folder: BackupFolder, wish: RestoreWish): Promise<Restored> {
  const { dataFolder, trusted } = parts;
  requireFinished(dataFolder);
  const replaces = requireRoom(parts, wish);
  const manifest = verifyManifest(folder.read(folder.choose(wish.id)), trusted.manifest);
  const clear = (): void => onDisk(() => parts.files.names(join(dataFolder, NEXT)).forEach((name) => rmSync(name, { force: true })));
  clear();
  try {
    const restored = await readInto(parts, folder, manifest, wish, replaces);
    writePlan(dataFolder, restored);
    return restored;
  } catch (error) {
    if (!existsSync(join(dataFolder, PLAN))) clear();
    throw error;
  }
}

/** Whether a database will be moved aside. @throws {MemSyncError} `data_exists`, `data_in_use` */
function requireRoom({ dataFolder, files }: RestoreParts, { replace }: RestoreWish): boolean {
  const database = join(dataFolder, DATABASE);
  const there = onDisk(() => {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    return readdirSync(dataFolder).filter((name) => !NOTHING.test(name));
  });
  if (there.length > 0 && !replace) throw new MemSyncError('data_exists', `${dataFolder} holds ${there.join(', ')}.`);
  if (!existsSync(database)) return false;
  // So that the work is not begun in vain; what counts is that it is held when it is replaced.
  files.requireFree(database);
  return true;
}

async function readInto(
  parts: RestoreParts,
  folder: BackupFolder,
  manifest: Manifest,
  wish: RestoreWish,
  replaces: boolean,
): Promise<Restored> {
  const { dataFolder, files, logSigner, trusted, marks, earlier, erasures, clock, random, progress } = parts;
  const next = join(dataFolder, NEXT);
  assemble(folder.blocks, manifest.database, next, progress);
  requireSame(manifest, await readContents(files, next, trusted.log, new MemoryMarks(), progress));
  const at = clock.now();
  const id = makeBackupId(at, random);
  const store = files.open(next);
  try {
    const vaults: RestoredVault[] = [];
    for (const vault of manifest.vaults) {
      const settled = await settleVault(store, vault, { marks, cutOff: isCutOff(earlier, manifest.createdAt, vault) }, at);
      vaults.push(await erasedAgain(store, settled, erasures, at));
      progress('comparing with the marks', vaults.length, manifest.vaults.length);
    }
    const log = await settleLog(
      store,
      { signer: logSigner, was: (await trusted.log(store)).key, branch: `restored-${id.toLowerCase()}` },
      marks,
      wish.sameLog,
    );
    const before = replaces ? roomAside(dataFolder, formatInstant(at).replaceAll(/[-:]|\.\d+/g, '')) : null;
    return {
      format: 1,
      id,
      at,
      backup: manifest.id,
      backupAt: manifest.createdAt,
      before,
      vaults,
      absent: absentFrom(parts, manifest),
      log,
    };
  } finally {
    await store.close();
  }
}

async function erasedAgain(store: Store, vault: RestoredVault, erasures: readonly KnownErasure[], at: Instant): Promise<RestoredVault> {
  if (vault.error !== null && vault.error !== 'vault_rolled_back') return vault;
  const rows = await eraseAgain(store, vault.vault, erasures, at);
  const head = await store.head(vault.vault);
  return rows === 0 || head === null ? vault : { ...vault, erasedAgain: rows, head: { seq: head.seq, hash: hex(head.hash) } };
}

/** Whether a restore since the backup was made has begun anew before where the vault stood in it: then the marks are of another history. */
function isCutOff(earlier: readonly Restored[], backupAt: number, { vault, seq }: Manifest['vaults'][number]): boolean {
  return earlier.some(
    ({ at, vaults }) => at > backupAt && vaults.some((one) => one.vault === vault && one.outcome !== 'same' && one.backup.seq < seq),
  );
}

/** Makes a folder for what is replaced, beside the data folder, or within it where nothing can be made beside it. */
function roomAside(dataFolder: string, name: string): string {
  try {
    return made(`${dataFolder}.before-${name}`);
  } catch {
    return onDisk(() => made(join(dataFolder, `before-${name}`)));
  }
}

function made(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** The vaults that are known and of which the backup has nothing. */
function absentFrom({ marks, marked }: RestoreParts, { vaults }: Manifest): Restored['absent'] {
  const there = new Set(vaults.map(({ vault }) => vault));
  return marked.flatMap((vault) => {
    const mark = there.has(vault) ? null : marks.get(vault);
    return mark === null ? [] : [{ vault, known: { seq: mark.seq, hash: hex(mark.hash) } }];
  });
}
