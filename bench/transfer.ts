import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { MemSyncClient } from '../src/sdk/client.ts';
import { databaseOf, inFolder } from './place.ts';
import { textOf } from './texts.ts';

/**
 * `node bench/transfer.ts --rows 1000000`: a vault of so many rows is exported by the command and imported into another service, each with its
 * peak of memory, beside raw SQLite copying of the same tables in the same run. Two services and the command run as processes of their own.
 */
const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const ROWS = Number(values.rows);
const BATCH = 250;
const BIN = fileURLToPath(new URL('../bin/memsync.js', import.meta.url));
const SERVE = fileURLToPath(new URL('serve.ts', import.meta.url));
/** Has a process say at its end how much memory it had at most, in KiB. */
const MEASURED = `process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+"\\n"))`;

interface Service {
  readonly url: string;
  readonly child: ChildProcess;
}

function serve(folder: string): Promise<Service> {
  const child = spawn(process.execPath, ['--max-old-space-size=12000', SERVE, 'service', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve({ url: chunk.toString().trim(), child }));
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
}

function stop({ child }: Service): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  return ended;
}

/** How much memory a service had at most, in MiB; NaN where the system does not say. */
function peakOf({ child }: Service): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Runs the command; gives the time that it took, in seconds, and its peak of memory in MiB. */
async function run(argv: readonly string[], home: string, url: string): Promise<{ seconds: number; peak: number; stdout: string }> {
  const began = performance.now();
  const child = spawn(process.execPath, [`--import=data:text/javascript,${encodeURIComponent(MEASURED)}`, BIN, ...argv, '--json'], {
    env: { ...process.env, MEMSYNC_HOME: home, MEMSYNC_URL: url, MEMSYNC_PASSPHRASE: 'bench', MEMSYNC_EXPORT_PASSPHRASE: 'bench' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', (ended) => resolve(ended)));
  if (code !== 0) throw new Error(`memsync ${argv[0]} ended with ${code}: ${said.out}${said.err}`);
  return { seconds: (performance.now() - began) / 1000, peak: Number(/peak (\d+)/.exec(said.err)?.[1]) / 1024, stdout: said.out };
}

/** Copies what the export takes along into another database, in one transaction that is fsynced. Gives the seconds. */
function copyRaw(from: string, to: string): number {
  const db = new Database(to);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.prepare('ATTACH ? AS source').run(from);
  const began = performance.now();
  db.exec('BEGIN; CREATE TABLE versions AS SELECT * FROM source.versions; CREATE TABLE events AS SELECT * FROM source.events; COMMIT');
  db.close();
  return (performance.now() - began) / 1000;
}

function pace(seconds: number): string {
  return Math.round(ROWS / seconds).toLocaleString('en');
}

function tell(what: string, seconds: number, floor: number, peaks: string): void {
  console.log(`| ${what} | ${pace(seconds)} | ${pace(floor)} | ${(floor / seconds).toFixed(3)} | ${peaks} |`);
}

await inFolder(async (folder) => {
  const [home, moved] = [join(folder, 'home'), join(folder, 'moved')];
  const old = await serve(join(folder, 'old'));
  const { stdout } = await run(['init', '--yes', '--work-factor', '2'], home, old.url);
  const app = new MemSyncClient({ url: old.url, token: (JSON.parse(stdout) as { token: string }).token });
  for (let at = 0; at < ROWS; at += BATCH) {
    await app.remember({ memories: Array.from({ length: Math.min(BATCH, ROWS - at) }, (_, i) => ({ text: textOf(at + i) })) });
    if (at % 50_000 === 0) console.error(`${at} rows are there`);
  }
  const path = join(folder, 'all.age');
  const exported = await run(['export', path], home, old.url);
  const peakThen = peakOf(old);
  const floor = copyRaw(databaseOf(join(folder, 'old')), join(folder, 'raw.db'));
  await stop(old);
  const fresh = await serve(join(folder, 'fresh'));
  cpSync(home, moved, { recursive: true });
  chmodSync(moved, 0o700);
  const imported = await run(['import', path], moved, fresh.url);
  const size = (statSync(path).size / 1_000_000).toFixed(0);
  console.log(`${ROWS.toLocaleString('en')} rows, a file of ${size} MB\n`);
  console.log('| | rows a second | raw copying, rows a second | ratio | peak MiB: command, service |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  tell('export', exported.seconds, floor, `${exported.peak.toFixed(0)}, ${peakThen.toFixed(0)}`);
  tell('import', imported.seconds, floor, `${imported.peak.toFixed(0)}, ${peakOf(fresh).toFixed(0)}`);
  await stop(fresh);
});
