import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { equalBytes, hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { Sha256Stream } from '../../crypto/sha256.ts';
import type { Store } from '../../store/store.ts';
import { inspectLog, inspectVault } from '../inspect.ts';
import type { LogKey } from '../log-name.ts';
import type { HeadMarks } from '../marks.ts';
import { openStoredCheckpoint } from '../stated-keys.ts';
import type { Blocks } from './blocks.ts';
import { type DatabaseFiles, onDisk, type Progress } from './files.ts';
import type { Manifest } from './manifest.ts';

/**
 * Puts a database together again from its blocks, in a new file, fsynced, and checks every block and the whole against the manifest.
 * @throws {MemSyncError} `backup_broken`, `store_failed`
 */
export function assemble(blocks: Blocks, database: Manifest['database'], path: string, progress: Progress): void {
  const whole = new Sha256Stream();
  onDisk(() => {
    const file = openSync(path, 'wx', 0o600);
    try {
      let done = 0;
      for (const hash of database.blocks) {
        const bytes = blocks.get(hash, Math.min(database.blockSize, database.size - done));
        whole.add(bytes);
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        progress('reading back', (done += bytes.length), database.size);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
  if (hex(whole.digest()) !== database.sha256)
    throw new MemSyncError('backup_broken', 'The blocks do not come to the database that the manifest describes.');
}

/** What a database was found to hold, read from its file without any key. */
export type Contents = Pick<Manifest, 'schema' | 'vaults' | 'log'>;

/**
 * Goes through a copied database: SQLite's own check, every vault's ledger from its genesis on, the log's entries against its signed checkpoint.
 * A vault whose ledger does not verify, or which is behind its mark, is named with its error. The file may be brought up to the newest schema.
 * @throws {MemSyncError} `backup_broken`, `log_broken`, `schema_newer`, `store_failed`
 */
export async function readContents(
  files: DatabaseFiles,
  path: string,
  logKey: LogKey,
  marks: HeadMarks,
  progress: Progress,
): Promise<Contents> {
  progress('checking', 0, 1);
  const schema = files.check(path);
  const store = files.open(path);
  try {
    const vaults: Contents['vaults'] = [];
    const ids = await store.vaultIds();
    for (const vault of ids) {
      const { head, error } = await inspectVault({ store, marks }, vault);
      const stored = await store.head(vault);
      if (stored === null) continue;
      const same = head !== null && head.seq === stored.seq && equalBytes(head.hash, stored.hash);
      const code = error?.code ?? (same ? null : 'ledger_broken');
      vaults.push({ vault, seq: stored.seq, hash: hex(stored.hash), error: code });
      progress('reading ledgers', vaults.length, ids.length);
    }
    return { schema, vaults, log: await readLog(store, logKey) };
  } finally {
    await store.close();
  }
}

async function readLog(store: Store, logKey: LogKey): Promise<Contents['log']> {
  const stored = await store.log();
  if (stored === null) return null;
  await inspectLog({ store });
  const { size, root } = openStoredCheckpoint(stored.checkpoint, await logKey(store));
  if (size !== stored.size || !equalBytes(root, stored.root))
    throw new MemSyncError('log_broken', 'The log is not the one that its checkpoint was signed for.');
  return { size, root: hex(root), checkpoint: stored.checkpoint };
}
