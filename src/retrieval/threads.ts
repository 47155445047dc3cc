import { type Documents, NONE } from './documents.ts';
import type { Extent } from './extent.ts';
import { FLAG } from './traits.ts';
import { THREAD_BEST } from './weighing.ts';

/** The documents of each thread in the order in which they were said: by time, then as they came. An order is put right when it is asked for. */
export class Threads {
  readonly #documents: Documents;
  readonly #orders = new Map<number, { numbers: number[]; sorted: boolean }>();

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return 8 * this.#documents.count + 160 * this.#orders.size;
  }

  /** Takes a document into its thread, if it has one. */
  add(number: number): void {
    const thread = this.#documents.thread[number] ?? NONE;
    if (thread === NONE) return;
    const order = this.#orders.get(thread);
    if (order === undefined) {
      this.#orders.set(thread, { numbers: [number], sorted: true });
      return;
    }
    const last = order.numbers.at(-1);
    if (last !== undefined && this.#compare(last, number) > 0) order.sorted = false;
    order.numbers.push(number);
  }

  /** A thread's documents in order, live or not. */
  order(thread: number): readonly number[] {
    const order = this.#orders.get(thread);
    if (order === undefined) return [];
    if (!order.sorted) {
      order.numbers.sort((a, b) => this.#compare(a, b));
      order.sorted = true;
    }
    return order.numbers;
  }

  /** Versions of one row stand in the order of their numbers. */
  #compare(a: number, b: number): number {
    const { time, since, ids } = this.#documents;
    return (time[a] ?? 0) - (time[b] ?? 0) || (since[a] ?? 0) - (since[b] ?? 0) || ids.compare(a, b) || a - b;
  }
}

/** A thread as one search sees it. */
export interface ThreadWithin {
  /** Its documents in the order in which they were said. */
  readonly order: readonly number[];
  /** The mean score of its best few; fewer count as if the others had none. */
  readonly score: number;
  /** Whether an assistant speaks in it. */
  readonly hasAssistant: boolean;
}

/** Where each document stands in its thread's order, written when a search first looks at the thread. Shared by all indexes. */
let places = new Uint32Array(0);

/** The threads as one search sees them: what lies outside its extent is not there. */
export class ThreadsWithin {
  readonly #threads: Threads;
  readonly #documents: Documents;
  readonly #extent: Extent;
  readonly #scores: Float64Array;
  readonly #known = new Map<number, ThreadWithin>();

  /** `scores` by document, as the first pass leaves them. */
  constructor(threads: Threads, documents: Documents, extent: Extent, scores: Float64Array) {
    this.#threads = threads;
    this.#documents = documents;
    this.#extent = extent;
    this.#scores = scores;
    if (places.length < documents.count) places = new Uint32Array(2 * documents.count);
  }

  /** The thread of a document within the extent, and its place there; null where it is in none. */
  around(number: number): { readonly thread: ThreadWithin; readonly at: number } | null {
    const name = this.#documents.thread[number] ?? NONE;
    if (name === NONE) return null;
    const thread = this.#known.get(name) ?? this.#within(name);
    return { thread, at: places[number] ?? 0 };
  }

  #within(name: number): ThreadWithin {
    const all = this.#threads.order(name);
    const order = this.#extent.mask === null ? all : all.filter((number) => this.#extent.holds(number));
    const best = new Float64Array(THREAD_BEST);
    let flags = 0;
    for (let at = 0; at < order.length; at++) {
      const number = order[at] as number;
      places[number] = at;
      flags |= this.#documents.flags[number] as number;
      const score = this.#scores[number] as number;
      if (score > (best[THREAD_BEST - 1] as number)) keep(best, score);
    }
    const score = best.reduce((sum, one) => sum + one, 0) / THREAD_BEST;
    const thread = { order, score, hasAssistant: (flags & FLAG.assistant) !== 0 };
    this.#known.set(name, thread);
    return thread;
  }
}

/** Puts a score in its place among the best, greatest first. */
function keep(best: Float64Array, score: number): void {
  let at = best.length;
  for (; at > 0 && score > (best[at - 1] ?? 0); at--) if (at < best.length) best[at] = best[at - 1] ?? 0;
  if (at < best.length) best[at] = score;
}
