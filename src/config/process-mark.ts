import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    const path = join(folder, name);
    if (isAlive(other, textOf(path) ?? '')) others.push(other);
    else rmSync(path, { force: true });
  }
  const mine = join(folder, String(pid));
  writeFileSync(mine, startOf(pid), { mode: 0o600 });
  return { others, remove: () => rmSync(mine, { force: true }) };
}

/** Whether there is a process of that id, and, where both are known, one that started then: ids are given anew. */
export function isAlive(pid: number, start = ''): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EPERM') return false;
  }
  const known = startOf(pid);
  return start === '' || known === '' || start === known;
}

/** When a process started, in ticks since the machine did; empty where the system does not say (Linux does). */
export function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`) ?? '';
  // The program's name, in brackets, may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** What a file says, or null where it cannot be read. */
export function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
