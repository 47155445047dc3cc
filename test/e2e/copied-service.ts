import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = ['bin', 'src', 'schemas', 'jobs', 'package.json'];

/** Serves like `memsync serve`, on a clock that lines of its input put ahead: so many milliseconds, and pending evidence is looked at. */
const CLOCKED = `
import { createInterface } from 'node:readline';
import { jobByName, runJob } from './jobs/run.ts';
import { readServiceSettings } from './src/config/settings.ts';
import { systemClock } from './src/core/clock.ts';
import { startService } from './src/main.ts';

let ahead = 0;
const service = await startService(readServiceSettings(), { clock: { now: () => systemClock.now() + ahead }, quiet: true });
console.log(JSON.stringify({ url: service.url }));
for await (const line of createInterface({ input: process.stdin })) {
  ahead += Number(line);
  console.log(JSON.stringify(await runJob(service.services, jobByName('settle-evidence'), { worker: 'by-hand' })));
}
await service.stop();
`;

/** A copy of what makes the service, in a folder of its own, with files of the test's, as processes. */
export class CopiedService {
  readonly folder = mkdtempSync(join(tmpdir(), 'memsync-copy-'));
  readonly environment: Record<string, string>;
  url = '';
  #child: ChildProcess | null = null;
  #lines: Interface | null = null;

  /** `files` are written into the copy, by their paths in it. */
  constructor(files: Readonly<Record<string, string>>) {
    for (const part of COPIED) cpSync(join(ROOT, part), join(this.folder, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    for (const [path, text] of Object.entries({ ...files, 'clocked.ts': CLOCKED })) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text, { flag: 'wx' });
    }
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      MEMSYNC_HOME: join(this.folder, 'home'),
      MEMSYNC_DATA: join(this.folder, 'data'),
      MEMSYNC_KEYS: join(this.folder, 'keys'),
      MEMSYNC_PORT: '0',
      MEMSYNC_JOBS: 'off',
      MEMSYNC_LOG_LEVEL: 'error',
    };
  }

  /** Starts the service and waits until it answers. @throws {Error} with what it said, when it ends instead */
  async serve(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn(process.execPath, ['clocked.ts'], { cwd: this.folder, env: { ...this.environment, ...environment } });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
    const ended = new Promise<never>((_, reject) => child.once('close', () => reject(new Error(`the service ended: ${said}`))));
    ended.catch(() => undefined);
    const { url } = await Promise.race([this.#next(), ended]);
    this.url = String(url);
    this.environment['MEMSYNC_URL'] = this.url;
  }

  /** Puts the service's clock ahead, and has pending evidence looked at; what came of that. */
  async advance(ms: number): Promise<Record<string, unknown>> {
    this.#child?.stdin?.write(`${ms}\n`);
    return this.#next();
  }

  /** Runs the command in the copy. */
  memsync(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; out: string; err: string }> {
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env: { ...this.environment, ...environment } };
      const child = execFile(process.execPath, ['bin/memsync.js', ...args], options, (_, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await closed;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #next(): Promise<Record<string, unknown>> {
    return new Promise((resolve) => this.#lines?.once('line', (line) => resolve(JSON.parse(line) as Record<string, unknown>)));
  }
}
