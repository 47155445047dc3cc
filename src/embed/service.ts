import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { Breaker } from './breaker.ts';
import type { Embedded, Embedder } from './face.ts';
import { type Endpoint, post } from './post.ts';

/** How long a batch of rows may take, and how long it rests before its second try, in milliseconds. */
const ROWS_MS = 30_000;
const RETRY_MS = 1000;

export interface EmbeddingOptions extends Endpoint {
  /** How long a query may wait, in milliseconds. */
  readonly timeoutMs: number;
  readonly rowsMs?: number;
  readonly retryMs?: number;
}

/** An OpenAI-compatible service somewhere. */
export class EmbeddingService implements Embedder {
  readonly model: string;
  readonly dimensions: number | null;
  readonly #options: EmbeddingOptions;
  readonly #clock: Clock;
  readonly #breaker = new Breaker();
  readonly #stop = new AbortController();
  #isAnswering = true;

  constructor(options: EmbeddingOptions, clock: Clock) {
    this.model = options.model;
    this.dimensions = options.dimensions;
    this.#options = options;
    this.#clock = clock;
  }

  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  async query(text: string): Promise<Embedded> {
    if (!this.#breaker.mayAsk(this.#clock.now())) return { failed: 'resting' };
    const outcome = await post(this.#options, [text], this.#stop.signal, this.#options.timeoutMs);
    this.#isAnswering = 'vectors' in outcome;
    // A query that it does not take says nothing of the next one.
    if ('vectors' in outcome || outcome.failed === 'texts') this.#breaker.succeeded();
    else this.#breaker.failed(this.#clock.now());
    return outcome;
  }

  async rows(texts: readonly string[]): Promise<Embedded> {
    const ask = (): Promise<Embedded> => post(this.#options, texts, this.#stop.signal, this.#options.rowsMs ?? ROWS_MS);
    const first = await ask();
    if ('vectors' in first || first.failed === 'texts' || first.failed === 'stopped') return first;
    const { signal } = this.#stop;
    await wait(this.#options.retryMs ?? RETRY_MS, undefined, { ref: false, signal }).catch(() => undefined);
    return signal.aborted ? { failed: 'stopped' } : ask();
  }

  stop(): void {
    this.#stop.abort();
  }
}
