import { unjudged } from '../../claims/judge.ts';
import type { Judgement } from '../../claims/kind.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { JudgingTask } from './messages.ts';
import { type Ended, JudgingThread, type ThreadBounds } from './thread.ts';

/** How much is judged at a time, how much may wait, and what each may take. */
export interface JudgingBounds extends ThreadBounds {
  readonly threads: number;
  readonly waiting: number;
  /** Of the artefacts that wait, together, in UTF-16 code units of their JSON. */
  readonly waitingLength: number;
}

/** Models' bytes take seconds to be hashed as Walrus does it; nothing else comes near. */
export const JUDGING_BOUNDS: JudgingBounds = {
  threads: 2,
  waiting: 1024,
  waitingLength: 64 * 1024 * 1024,
  deadlineMs: 15_000,
  memory: 512,
};

const WHY: Readonly<Record<Exclude<Ended, 'stopped'>, string>> = {
  late: 'Judging it took too long and was broken off, which says nothing of the evidence.',
  memory: 'Judging it took too much memory and was broken off, which says nothing of the evidence.',
  crashed: 'What judged it broke down, which is our own fault and says nothing of the evidence.',
};

/** Threads that judge. None is there before there is something to judge; one that has ended is replaced with the next task. */
export class JudgingPool {
  readonly #folder: URL | null;
  readonly #bounds: JudgingBounds;
  readonly #threads = new Set<JudgingThread>();
  readonly #idle: JudgingThread[] = [];
  readonly #line: { readonly length: number; readonly take: (thread: JudgingThread | null) => void }[] = [];
  #stopped = false;

  constructor(folder: URL | null, bounds: JudgingBounds) {
    this.#folder = folder;
    this.#bounds = bounds;
  }

  /** How many threads there are that take tasks, or are at one. */
  get size(): number {
    return [...this.#threads].filter((thread) => !thread.hasEnded).length;
  }

  /**
   * The judgement. Where a thread hangs, runs out of memory or breaks down, it is `pending`, and says so.
   * @throws {MemSyncError} `evidence_malformed` and `evidence_misplaced` by the verifier, `judging_busy` when too many wait, `shutting_down`
   */
  async judge(task: JudgingTask): Promise<Judgement> {
    const thread = await this.#take(task);
    if (thread === null) throw stopping();
    let outcome: Awaited<ReturnType<JudgingThread['judge']>>;
    try {
      outcome = await thread.judge(task);
    } finally {
      this.#giveBack(thread);
    }
    if (outcome === 'stopped') throw stopping();
    if (typeof outcome === 'string') return unjudged(WHY[outcome]);
    if ('judgement' in outcome) return outcome.judgement;
    throw new MemSyncError(outcome.code, outcome.detail, outcome.issues.length === 0 ? {} : { issues: outcome.issues });
  }

  /** Ends every thread; what is judged or waits is not. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { take } of this.#line.splice(0)) take(null);
    await Promise.all([...this.#threads].map((thread) => thread.stop()));
  }

  async #take({ given }: JudgingTask): Promise<JudgingThread | null> {
    if (this.#stopped) return null;
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.hasEnded) return idle;
      this.#threads.delete(idle);
    }
    if (this.#threads.size < this.#bounds.threads) return this.#start();
    const { waiting, waitingLength } = this.#bounds;
    const length = JSON.stringify(given.artifact).length;
    const ahead = this.#line.reduce((sum, one) => sum + one.length, 0);
    if (this.#line.length >= waiting || (ahead > 0 && ahead + length > waitingLength))
      throw new MemSyncError('judging_busy', `${this.#line.length} pieces of evidence are waiting to be judged already.`);
    return new Promise((resolve) => this.#line.push({ length, take: resolve }));
  }

  #start(): JudgingThread {
    const thread = new JudgingThread(this.#folder, this.#bounds);
    this.#threads.add(thread);
    return thread;
  }

  #giveBack(thread: JudgingThread): void {
    if (thread.hasEnded) this.#threads.delete(thread);
    const next = this.#line.shift();
    if (next !== undefined) next.take(thread.hasEnded ? this.#start() : thread);
    else if (!thread.hasEnded) this.#idle.push(thread);
  }
}

function stopping(): MemSyncError {
  return new MemSyncError('shutting_down', 'The service is stopping.');
}
