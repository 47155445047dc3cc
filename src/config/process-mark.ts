import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A note in the data folder that this process serves it. */
export interface ProcessMark {
  /** Process ids of others that serve the same folder now. */
  readonly others: readonly number[];
  remove(): void;
}

/**
 * Notes that this process serves a data folder, and looks who else does: several may, as each write is compared and set, but mostly it is a
 * second start by mistake. Notes of processes that are gone are cleared away.
 */
export function markProcess(dataFolder: string, pid: number): ProcessMark {
  const folder = join(dataFolder, 'serving');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const others: number[] = [];
  for (const name of readdirSync(folder)) {
    const other = Number(name);
    if (!Number.isSafeInteger(other) || other <= 0 || other === pid) continue;
    if (isAlive(other)) others.push(other);
    else rmSync(join(folder, name), { force: true });
  }
  const mine = join(folder, String(pid));
  writeFileSync(mine, '', { mode: 0o600 });
  return { others, remove: () => rmSync(mine, { force: true }) };
}

/** Whether there is a process of that id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
