import type { ServerResponse } from 'node:http';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';
import { CapturedOutput } from '../../src/cli/output.ts';
import { readClientSettings, readServiceSettings } from '../../src/config/settings.ts';
import type { Questions } from '../../src/cli/questions.ts';
import { MemSyncError } from '../../src/core/errors.ts';

export const BIN = fileURLToPath(new URL('../../bin/memsync.js', import.meta.url));

/** What a command printed, and what it ended with. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As on a machine where nobody sits. */
const nobody = (): Promise<never> => Promise.reject(new MemSyncError('usage', 'Nobody is there to be asked.'));
const NOBODY: Questions = { hidden: nobody, agreed: nobody, line: nobody, key: nobody };

/** Folders of a test's own, and the real command in them: each run is a process, as a person would start it. */
export class Terminal {
  readonly folder = mkdtempSync(join(tmpdir(), 'memsync-cli-'));
  readonly environment: Record<string, string>;
  /** All that was ever printed here. */
  readonly printed: Ran[] = [];
  #service: ChildProcess | null = null;

  constructor() {
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      TMPDIR: this.folder,
      MEMSYNC_HOME: this.path('home'),
      MEMSYNC_DATA: this.path('data'),
      MEMSYNC_KEYS: this.path('keys'),
      MEMSYNC_URL: 'http://127.0.0.1:1',
      MEMSYNC_PORT: '0',
      MEMSYNC_LOG_LEVEL: 'silent',
      MEMSYNC_PASSPHRASE: 'correct horse battery staple',
    };
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Starts `memsync serve` and sends later commands to it. */
  async serve(): Promise<void> {
    const service = spawn(process.execPath, [BIN, 'serve', '--json'], { env: this.environment, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#service = service;
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      service.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const { url } = said.endsWith('}\n') ? (JSON.parse(said) as { url?: string }) : {};
        if (url !== undefined) resolve(url);
      });
      service.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
    });
    this.environment['MEMSYNC_URL'] = url;
  }

  /** Stops the service as an operator does. Resolves with its exit code. */
  async stop(): Promise<number | null> {
    const service = this.#service;
    this.#service = null;
    if (service === null || service.exitCode !== null) return service?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => service.once('exit', (code) => resolve(code)));
    service.kill('SIGTERM');
    return ended;
  }

  /** Ends the service as a power cut does. */
  async kill(): Promise<void> {
    const service = this.#service;
    this.#service = null;
    if (service === null || service.exitCode !== null || service.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => service.once('exit', () => resolve()));
    service.kill('SIGKILL');
    await ended;
  }

  /** Runs `memsync …` in this process, through the same door as the command itself: many are run, and a process each takes its time. */
  async run(argv: readonly string[], more: { readonly env?: Record<string, string>; readonly questions?: Questions } = {}): Promise<Ran> {
    const env = { ...this.environment, ...more.env };
    const output = new CapturedOutput();
    const code = await main(argv, {
      client: () => readClientSettings(env),
      service: () => readServiceSettings(env),
      output,
      questions: more.questions ?? NOBODY,
    });
    return this.#keep({ code, stdout: output.stdout, stderr: output.stderr });
  }

  /** Runs `memsync …` as a process, as a person would. */
  spawn(argv: readonly string[], more: { readonly input?: string; readonly env?: Record<string, string> } = {}): Promise<Ran> {
    return new Promise((resolve) => {
      const env = { ...this.environment, ...more.env };
      const child = execFile(
        process.execPath,
        [BIN, ...argv],
        { env, maxBuffer: 64_000_000, cwd: this.folder },
        (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
          resolve(this.#keep({ code, stdout, stderr }));
        },
      );
      child.stdin?.end(more.input ?? '');
    });
  }

  /** Runs `memsync … --json`, as a process when asked to; what it prints must be one JSON document. */
  async json(
    argv: readonly string[],
    more: { readonly input?: string; readonly env?: Record<string, string>; readonly spawn?: boolean } = {},
  ): Promise<{ code: number; value: Record<string, unknown> }> {
    const asked = [...argv, '--json'];
    const { code, stdout, stderr } = await (more.spawn === true || more.input !== undefined
      ? this.spawn(asked, more)
      : this.run(asked, more));
    try {
      return { code, value: JSON.parse(stdout) as Record<string, unknown> };
    } catch (cause) {
      throw new Error(`memsync ${argv.join(' ')} --json printed no JSON: ${stdout}${stderr}`, { cause });
    }
  }

  #keep(ran: Ran): Ran {
    this.printed.push(ran);
    return ran;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Gives the answer that another address gives. */
export async function passOn(url: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(url);
  response.writeHead(answer.status).end(await answer.text());
}
