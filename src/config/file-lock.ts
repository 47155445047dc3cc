import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { hex } from '../core/bytes.ts';
import { systemClock } from '../core/clock.ts';
import { MemSyncError } from '../core/errors.ts';
import { systemRandom } from '../core/random.ts';
import { isAlive } from './process-mark.ts';

/** What is done under a lock takes milliseconds: one this old was left behind, even by a machine whose processes cannot be seen from here. */
const LEFT_BEHIND_MS = 10_000;
const PATIENCE_MS = 20_000;
const PAUSE_MS = 3;

/**
 * Does `work` while no other process does any under the same lock, which is a file. A lock whose process is gone is broken.
 * @param patienceMs how long others are waited for; the thread sleeps meanwhile
 * @throws {MemSyncError} `data_in_use` when that has passed, and whatever `work` throws
 */
export function withLock<T>(path: string, work: () => T, patienceMs = PATIENCE_MS): T {
  const name = `${hostname()} ${process.pid} ${hex(systemRandom.bytes(8))}\n`;
  const until = systemClock.now() + patienceMs;
  while (!take(path, name)) {
    breakLeftBehind(path);
    if (systemClock.now() > until) throw new MemSyncError('data_in_use', `Another process holds ${path}. If none does, delete it.`);
    sleep(PAUSE_MS);
  }
  try {
    return work();
  } finally {
    if (contentOf(path) === name) rmSync(path, { force: true });
  }
}

/** Makes the lock's file, unless there is one. */
function take(path: string, name: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, name);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** One process at a time looks whether a lock was left behind, so that nobody removes the one that another has just taken in its place. */
function breakLeftBehind(path: string): void {
  if (!isLeftBehind(path)) return;
  const breaking = `${path}.breaking`;
  if (!take(breaking, '')) {
    if (isOld(breaking)) rmSync(breaking, { force: true });
    return;
  }
  try {
    if (isLeftBehind(path)) rmSync(path, { force: true });
  } finally {
    rmSync(breaking, { force: true });
  }
}

function isLeftBehind(path: string): boolean {
  const [host, pid] = contentOf(path)?.split(' ') ?? [];
  if (host === hostname() && pid !== undefined && !isAlive(Number(pid))) return true;
  return isOld(path);
}

function isOld(path: string): boolean {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && systemClock.now() - made > LEFT_BEHIND_MS;
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
