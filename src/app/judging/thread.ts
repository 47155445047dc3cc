import { Worker } from 'node:worker_threads';
import type { JudgingAnswer, JudgingTask, ThreadMessage } from './messages.ts';

/** As the sources lie, or as they were built. */
const MODULE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** How long a thread may take to be there, in milliseconds. */
const START_MS = 30_000;

/** What one judgement may take. */
export interface ThreadBounds {
  readonly deadlineMs: number;
  /** Of the heap, in MiB. */
  readonly memory: number;
}

/** Why a thread has ended without an answer. */
export type Ended = 'late' | 'memory' | 'crashed' | 'stopped';

/** A thread that judges, one task at a time. One that has ended stays so. */
export class JudgingThread {
  readonly #worker: Worker;
  readonly #deadlineMs: number;
  #ended: Ended | null = null;
  #ready = false;
  #begun: (() => void) | null = null;
  #settle: ((outcome: JudgingAnswer | Ended) => void) | null = null;

  /** `folder` is where the claims lie, null for those of this build. */
  constructor(folder: URL | null, { deadlineMs, memory }: ThreadBounds) {
    this.#deadlineMs = deadlineMs;
    this.#worker = new Worker(MODULE, {
      name: 'judging',
      workerData: { folder: folder?.href ?? null },
      env: {},
      execArgv: [],
      // What a verifier prints may spell out evidence: nobody reads it.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    this.#worker.on('message', (message: ThreadMessage) => this.#hear(message));
    this.#worker.on('error', (error) => this.#end(isOutOfMemory(error) ? 'memory' : 'crashed'));
    this.#worker.on('messageerror', () => this.#end('crashed'));
    this.#worker.on('exit', () => this.#end('crashed'));
    this.#worker.unref();
  }

  /** Whether it takes no more tasks. */
  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** The answer, or why there is none: then the thread has ended. The time that the thread takes to be there does not count. */
  async judge(task: JudgingTask): Promise<JudgingAnswer | Ended> {
    if (this.#ended !== null) return this.#ended;
    this.#worker.ref();
    let timer = setTimeout(() => this.#end('crashed'), START_MS);
    try {
      return await new Promise((resolve) => {
        this.#settle = resolve;
        this.#begun = (): void => {
          clearTimeout(timer);
          timer = setTimeout(() => this.#end('late'), this.#deadlineMs);
          this.#worker.postMessage(task, []);
        };
        if (this.#ready) this.#begun();
      });
    } finally {
      clearTimeout(timer);
      this.#begun = null;
      this.#settle = null;
      this.#worker.unref();
    }
  }

  /** Ends it, whatever it is at. */
  async stop(): Promise<void> {
    this.#end('stopped');
    await this.#worker.terminate();
  }

  #hear(message: ThreadMessage): void {
    if (message !== 'ready') this.#settle?.(message);
    else {
      this.#ready = true;
      this.#begun?.();
    }
  }

  #end(why: Ended): void {
    if (this.#ended !== null) return;
    this.#ended = why;
    this.#settle?.(why);
    void this.#worker.terminate();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
