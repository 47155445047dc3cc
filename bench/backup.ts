import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { remember } from '../src/app/remember.ts';
import type { Figure, Section } from './figure.ts';
import { databaseOf, inFolder, tokenIn, withServices } from './place.ts';
import { textOf } from './texts.ts';

const BIN = fileURLToPath(new URL('../bin/memsync.js', import.meta.url));
const VAULTS = 10;
const BATCH = 250;

/** What one command took. */
interface Took {
  readonly ms: number;
  /** The most memory that it ever held, in MiB; null where the system does not tell. */
  readonly peak: number | null;
  readonly answer: Record<string, unknown>;
}

/** `memsync backup`, twice, and `memsync restore`, beside SQLite's own copying. */
export function measureBackup(_span: unknown, quick: boolean): Promise<Section> {
  const rows = quick ? 20_000 : 1_000_000;
  return inFolder(async (folder) => {
    await fill(folder, rows);
    for (const name of ['data', 'safe']) mkdirSync(join(folder, name), { mode: 0o700 });
    renameSync(databaseOf(folder), join(folder, 'data', 'memsync.db'));
    const raw = await rawCopy(folder);
    const first = await command(folder, ['backup', join(folder, 'safe')]);
    const second = await command(folder, ['backup', join(folder, 'safe')]);
    const restored = await command(folder, ['restore', join(folder, 'safe'), '--replace']);
    const floor = { what: 'SQLite’s own backup of the file', perSecond: (rows / raw) * 1000 };
    const figure = (what: string, { ms }: Took): Figure => ({
      what,
      perSecond: (rows / ms) * 1000,
      p50: ms,
      floor: { ...floor, ratio: raw / ms },
    });
    const blocks = first.answer['blocks'] as { total: number; bytes: number };
    const { size } = first.answer['backup'] as { size: number };
    const peaks = [first, second, restored].map(({ peak }) => `${peak ?? '?'} MiB`).join(', ');
    return {
      title: 'Backing up',
      unit: 'rows',
      text:
        `${rows.toLocaleString('en')} rows of 200 bytes in ${VAULTS} vaults, a database of ${Math.round(size / 1e6)} MB, by the command line, from start to end of ` +
        `the process: copied, cut into ${blocks.total.toLocaleString('en')} blocks that take ${Math.round(blocks.bytes / 1e6)} MB, read back, every page and every ledger ` +
        `gone through, every signature of an owner checked. The second backup finds all blocks there. Restoring verifies as much and replaces the database. ` +
        `Peak memory, in this order: ${peaks}.`,
      figures: [figure('first backup', first), figure('second backup', second), figure('restore', restored)],
    };
  });
}

/** Fills vault after vault, each time with the memory of the one before given back. */
async function fill(folder: string, rows: number): Promise<void> {
  const each = rows / VAULTS;
  for (let vault = 0; vault < VAULTS; vault += 1) {
    await withServices(folder, async (services) => {
      const token = await tokenIn(services);
      for (let at = 0; at < each; at += BATCH) {
        const memories = Array.from({ length: BATCH }, (_, i) => ({ text: textOf(vault * each + at + i) }));
        await remember(services, token, { memories }, null);
      }
    });
  }
}

async function rawCopy(folder: string): Promise<number> {
  const to = join(folder, 'raw.db');
  const db = new Database(join(folder, 'data', 'memsync.db'), { readonly: true });
  const started = performance.now();
  await db.backup(to, { progress: () => 0x7fffffff });
  const ms = performance.now() - started;
  db.close();
  rmSync(to);
  return ms;
}

/** Runs `memsync …` on the folder as a process of its own. */
async function command(folder: string, argv: readonly string[]): Promise<Took> {
  const env = { ...process.env, MEMSYNC_DATA: join(folder, 'data'), MEMSYNC_KEYS: join(folder, 'keys') };
  const started = performance.now();
  const child = spawn(process.execPath, [BIN, ...argv, '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  let peak: number | null = null;
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const look = setInterval(() => (peak = peakOf(child.pid) ?? peak), 50);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(look);
  const ms = performance.now() - started;
  if (code !== 0) throw new Error(`memsync ${argv[0]} ended with ${code}: ${said}`);
  return { ms, peak, answer: JSON.parse(said) as Record<string, unknown> };
}

function peakOf(pid: number | undefined): number | null {
  const path = `/proc/${pid}/status`;
  const found = existsSync(path) ? /VmHWM:\s*(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  return found === undefined ? null : Math.round(Number(found) / 1024);
}
