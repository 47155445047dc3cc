import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemSyncError } from '../core/errors.ts';
import { isAlive, startOf, textOf } from './process-mark.ts';

/**
 * Claims a folder for this process alone, by a file in it. What a process that is gone has left is taken over. Returns how to give it back.
 * @throws {MemSyncError} `data_in_use` while another process has it
 */
export function claimFolder(folder: string, pid: number): () => void {
  const path = join(folder, 'claimed');
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(path, `${pid} ${startOf(pid)}\n`, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
      const [other, start] = textOf(path)?.trim().split(' ') ?? [];
      if (attempt > 0 || isElsewhere(Number(other), start, pid))
        throw new MemSyncError('data_in_use', `Process ${other || 'unknown'} is at work in ${folder}. If it is not, delete ${path}.`);
      rmSync(path, { force: true });
    }
  }
}

function isElsewhere(other: number, start: string | undefined, pid: number): boolean {
  return Number.isSafeInteger(other) && other > 0 && other !== pid && isAlive(other, start);
}
