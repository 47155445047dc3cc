import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const entry = (name: string): string => fileURLToPath(new URL(`${name}.ts`, import.meta.url));

/** A folder for data and keys that real processes serve. */
export class Ground {
  readonly folder = mkdtempSync(join(tmpdir(), 'memsync-process-'));
  readonly #processes: ServiceProcess[] = [];

  /** Starts the service as a process of its own, by another program where one is named, and waits until it has printed its address. */
  async start(
    environment: Record<string, string> = {},
    name: 'serve' | 'throwing' = 'serve',
    by?: readonly [string, ...string[]],
  ): Promise<ServiceProcess> {
    const [program, ...args]: [string, ...string[]] =
      by === undefined ? [process.execPath, entry(name)] : [...by, process.execPath, entry(name)];
    const started = new ServiceProcess(
      spawn(program, args, {
        env: {
          PATH: process.env['PATH'],
          MEMSYNC_PORT: '0',
          MEMSYNC_DATA: join(this.folder, 'data'),
          MEMSYNC_KEYS: join(this.folder, 'keys'),
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    this.#processes.push(started);
    await started.ready;
    return started;
  }

  async close(): Promise<void> {
    for (const one of this.#processes) one.signal('SIGKILL');
    await Promise.all(this.#processes.map((one) => one.ended));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The service as a process of its own. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  out = '';
  err = '';
  url = '';
  /** Resolves once the address is printed; rejects when the process ends before. */
  readonly ready: Promise<void>;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ready = new Promise((resolve, reject) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        this.out += chunk.toString();
        this.url = /http:\/\/\S+/.exec(this.out)?.[0] ?? '';
        if (/\d vaults?\n/.test(this.out)) resolve();
      });
      child.once('close', () => reject(new Error(`the service ended: ${this.out}${this.err}`)));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<number | NodeJS.Signals | null> {
    this.signal('SIGTERM');
    return this.ended;
  }
}
