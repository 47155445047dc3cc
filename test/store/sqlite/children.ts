import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./child.ts', import.meta.url));

/** A process that runs one of the things in `child.ts`. */
export class Child {
  readonly #process: ChildProcess;
  /** Every line that it has said. */
  readonly said: string[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #closed: Promise<unknown[]>;

  constructor(what: string, path: string, name: string) {
    this.#process = spawn(process.execPath, [PROGRAM, what, path, name], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#closed = once(this.#process, 'close');
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('The child has no stdout.');
    createInterface({ input: stdout }).on('line', (line) => {
      this.said.push(line);
      for (const watch of this.#watchers) watch();
    });
  }

  /** Resolves once it has said so many lines. */
  async lines(count: number): Promise<void> {
    if (this.said.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = (): void => {
      if (this.said.length >= count) resolve();
    };
    this.#watchers.add(watch);
    await Promise.race([promise, this.#closed]);
    this.#watchers.delete(watch);
  }

  go(): void {
    this.#process.stdin?.end('.');
  }

  /** Kills it as a power cut would, and waits for the last of what it said. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }

  /** Waits for its end; gives its exit code. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }
}
