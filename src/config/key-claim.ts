import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemSyncError } from '../core/errors.ts';
import { isAlive, startOf, textOf } from './process-mark.ts';

/**
 * Notes in the key folder which database this process serves with the keys. Several processes may share one database; none may serve another with
 * the same keys, which can only be a copy, or a database that the keys are not for. Notes of processes that are gone are cleared away.
 * Returns how to take the note away.
 * @throws {MemSyncError} `data_forked` while a process of this machine serves another database with these keys
 */
export function claimKeys(keyFolder: string, database: string, pid: number): () => void {
  const folder = join(keyFolder, 'serving');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { dev, ino } = statSync(database);
  const mine = `${dev} ${ino}`;
  const own = join(folder, String(pid));
  // Before looking at the others', so that of two that start at once at least one sees the other.
  writeFileSync(own, `${mine} ${startOf(pid)}\n`, { mode: 0o600 });
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const other = Number(name);
    if (!Number.isSafeInteger(other) || other <= 0 || other === pid) continue;
    const [device, inode, start] = textOf(path)?.trim().split(' ') ?? [];
    // One that has not written its note yet will find this one's when it looks.
    if (inode === undefined || `${device} ${inode}` === mine) continue;
    if (isAlive(other, start)) {
      rmSync(own, { force: true });
      throw new MemSyncError(
        'data_forked',
        `Process ${other} serves another database with the keys in ${keyFolder}. If it does not, delete ${path}.`,
      );
    }
    rmSync(path, { force: true });
  }
  return () => rmSync(own, { force: true });
}
