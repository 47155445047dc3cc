import { rmSync, statSync } from 'node:fs';
import { hex } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { Sha256Stream } from '../../crypto/sha256.ts';
import type { NoteSigner } from '../../log/note.ts';
import type { LogKey } from '../log-name.ts';
import { type HeadMarks, MemoryMarks } from '../marks.ts';
import type { ReceiptSigner } from '../services.ts';
import { BLOCK_SIZE } from './blocks.ts';
import { assemble, type Contents, readContents } from './contents.ts';
import { type DatabaseFiles, onDisk, pieces, type Progress } from './files.ts';
import type { BackupFolder } from './folder.ts';
import { encodeManifest, makeBackupId, type Manifest, verifyManifest } from './manifest.ts';

/** What making, verifying and restoring are given. */
export interface BackupParts {
  readonly files: DatabaseFiles;
  readonly clock: Clock;
  readonly random: Random;
  /** Who signs manifests, and who signs the log's checkpoints under the service's own name. */
  readonly signer: ReceiptSigner;
  readonly logSigner: NoteSigner;
  /** What is believed of a backup: whose manifest, and whose log. The service's own keys, or those of one whose keys are lost. */
  readonly trusted: { readonly manifest: readonly Uint8Array[]; readonly log: LogKey };
  readonly build: string;
  readonly progress: Progress;
}

export interface MadeBackup {
  readonly manifest: Manifest;
  /** How many blocks it consists of, how many of them were not there already, and what those take, in bytes. */
  readonly blocks: { readonly total: number; readonly written: number; readonly bytes: number };
}

/**
 * Backs up a database that may be in use: copies one consistent state of it, keeps its blocks that are new, reads all of it back and verifies it,
 * and only then writes the signed manifest that makes it a backup. A vault that does not verify, or is behind its mark, is backed up as it is
 * and named with its error.
 * @throws {MemSyncError} `backup_broken` when what was written does not read back; `log_broken`, `schema_newer`, `store_failed`, `vault_busy`
 */
export async function makeBackup(parts: BackupParts, folder: BackupFolder, database: string, marks: HeadMarks): Promise<MadeBackup> {
  const { clock, random, signer, build, files, progress } = parts;
  return folder.working(async () => {
    const createdAt = clock.now();
    const copy = folder.temporary('copy.db');
    await files.copy(database, copy, (done, total) => progress('copying', done, total));
    const { described, written, bytes } = keepBlocks(folder, copy, progress);
    onDisk(() => rmSync(copy));
    const contents = await readBack(parts, folder, described, marks);
    const manifest: Manifest = { format: 1, id: makeBackupId(createdAt, random), createdAt, build, database: described, ...contents };
    folder.write(manifest.id, encodeManifest(manifest, signer));
    verifyManifest(folder.read(manifest.id), [signer.key.publicKey]);
    return { manifest, blocks: { total: described.blocks.length, written, bytes } };
  });
}

/** Cuts the copy into blocks and keeps those that are new. */
function keepBlocks(
  folder: BackupFolder,
  copy: string,
  progress: Progress,
): { described: Manifest['database']; written: number; bytes: number } {
  return onDisk(() => {
    const { size } = statSync(copy);
    const whole = new Sha256Stream();
    const blocks: string[] = [];
    let written = 0;
    let bytes = 0;
    for (const piece of pieces(copy, BLOCK_SIZE)) {
      whole.add(piece);
      const put = folder.blocks.put(piece);
      blocks.push(put.hash);
      if (put.written > 0) written += 1;
      bytes += put.written;
      progress('writing', Math.min(blocks.length * BLOCK_SIZE, size), size);
    }
    progress('syncing', 0, 1);
    folder.blocks.sync();
    return { described: { size, sha256: hex(whole.digest()), blockSize: BLOCK_SIZE, blocks }, written, bytes };
  });
}

/** Reads a backup's database together and goes through it. */
async function readBack(parts: BackupParts, folder: BackupFolder, database: Manifest['database'], marks: HeadMarks): Promise<Contents> {
  const path = folder.temporary('check.db');
  assemble(folder.blocks, database, path, parts.progress);
  return readContents(parts.files, path, parts.trusted.log, marks, parts.progress);
}

/**
 * Verifies a backup as when it was made: signature, blocks, SQLite's own check, every ledger, the log; and that it holds what its manifest says.
 * @throws {MemSyncError} `backup_broken`, `key_untrusted`, `log_broken`, `schema_newer`, `store_failed`
 */
export async function verifyBackup(parts: BackupParts, folder: BackupFolder, id: string): Promise<Manifest> {
  const manifest = verifyManifest(folder.read(id), parts.trusted.manifest);
  return folder.working(async () => {
    requireSame(manifest, await readBack(parts, folder, manifest.database, new MemoryMarks()));
    return manifest;
  });
}

/** @throws {MemSyncError} `backup_broken` unless the contents are those of the manifest */
export function requireSame(manifest: Manifest, found: Contents): void {
  const said = new Map(manifest.vaults.map((vault) => [vault.vault, vault]));
  const differs = found.vaults.find((vault) => {
    const before = said.get(vault.vault);
    // A rollback against a mark is seen when the backup is made, and no more in the backup alone.
    const worse = vault.error !== null && before?.error === null;
    return before === undefined || worse || before.seq !== vault.seq || before.hash !== vault.hash;
  });
  if (differs !== undefined || found.vaults.length !== manifest.vaults.length || found.schema !== manifest.schema)
    throw new MemSyncError(
      'backup_broken',
      `It holds other vaults than the manifest says${differs === undefined ? '' : `: see ${differs.vault}`}.`,
    );
  const [a, b] = [manifest.log, found.log];
  if (a?.size !== b?.size || a?.root !== b?.root || a?.checkpoint !== b?.checkpoint)
    throw new MemSyncError('backup_broken', 'It holds another log than the manifest says.');
}
