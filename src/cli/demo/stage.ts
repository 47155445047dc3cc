import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceSettings } from '../../config/settings.ts';
import { ManualClock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { startService, type RunningService } from '../../main.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import type { Owner } from '../../sdk/owner.ts';
import { Cli, type CliParts } from '../cli.ts';
import { CapturedOutput } from '../output.ts';
import { openOwner } from '../session.ts';

/** Runs one command line, as `memsync` itself does. */
export type RunCommand = (argv: readonly string[], parts: Partial<CliParts>) => Promise<number>;

/** What a command printed, and what it ended with. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const START = Date.parse('2026-03-02T09:00:00.000Z');
const PASSPHRASE = 'a passphrase for a demo';

/** A service of the demo's own: in a folder that goes away, on a clock that it turns. Everything is done through the public faces. */
export class Stage {
  readonly folder: string;
  readonly clock = new ManualClock(START);
  readonly #run: RunCommand;
  readonly #random: Random;
  #service: RunningService | null = null;

  constructor(run: RunCommand, random: Random) {
    this.#run = run;
    this.#random = random;
    this.folder = mkdtempSync(join(tmpdir(), 'memsync-demo-'));
  }

  get database(): string {
    return join(this.folder, 'data', 'memsync.db');
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  async start(): Promise<void> {
    this.#service = await startService(this.#settings(), { clock: this.clock, random: this.#random, quiet: true });
  }

  async stop(): Promise<void> {
    await this.#service?.stop();
    this.#service = null;
  }

  /** Ends everything, and leaves nothing behind. */
  async clear(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a command; as an app, where a token is given. */
  async run(argv: readonly string[], token: string | null = null): Promise<Ran> {
    const output = new CapturedOutput();
    const code = await this.#run(argv, this.#parts(token, output));
    return { code, stdout: output.stdout, stderr: output.stderr };
  }

  /** As `run`, with `--json`; `value` is the document that was printed. */
  async json(argv: readonly string[], token: string | null = null): Promise<{ code: number; value: unknown }> {
    const { code, stdout } = await this.run([...argv, '--json'], token);
    return { code, value: JSON.parse(stdout) };
  }

  /** The service's verifier keys, as `/log/key` gives them. */
  logKey(): Promise<string> {
    return new MemSyncClient({ url: this.#url }).logKey();
  }

  /** The owner, with the keys that the passphrase opens. */
  owner(): Promise<Owner> {
    return openOwner(new Cli(this.#parts(null, new CapturedOutput())));
  }

  get #url(): string {
    return this.#service?.url ?? 'http://127.0.0.1:1';
  }

  #parts(token: string | null, output: CapturedOutput): Partial<CliParts> {
    const client = {
      home: this.file('owner'),
      url: this.#url,
      token,
      passphrase: PASSPHRASE,
      devicePassphrase: null,
      exportPassphrase: null,
    };
    return { client: () => client, service: () => this.#settings(), clock: this.clock, random: this.#random, output };
  }

  #settings(): ServiceSettings {
    return {
      host: '127.0.0.1',
      port: 0,
      dataFolder: this.file('data'),
      keyFolder: this.file('keys'),
      logOrigin: null,
      logMirror: null,
      idleMs: 900_000,
      memoryBudget: 256 * 1024 * 1024,
      ratePerMinute: 100_000,
      openVaults: 'loopback',
      logLevel: 'silent',
      jobs: false,
      embeddings: null,
      witnesses: null,
      claimTrust: null,
    };
  }
}
