import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemSyncError } from '../core/errors.ts';
import { isAlive } from './process-mark.ts';

/**
 * Claims a folder for this process alone, by a file in it. What a process that is gone has left is taken over. Returns how to give it back.
 * @throws {MemSyncError} `data_in_use` while another process has it
 */
export function claimFolder(folder: string, pid: number): () => void {
  const path = join(folder, 'claimed');
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(path, `${pid}\n`, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
      const other = holderOf(path);
      if (attempt > 0 || (other !== null && other !== pid && isAlive(other)))
        throw new MemSyncError('data_in_use', `Process ${other ?? 'unknown'} is at work in ${folder}. If it is not, delete ${path}.`);
      rmSync(path, { force: true });
    }
  }
}

function holderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
