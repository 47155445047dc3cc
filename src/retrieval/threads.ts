import { type Documents, NONE } from './documents.ts';
import type { Extent } from './extent.ts';

/** The documents of each thread in the order in which they were said: by time, then by id. An order is put right when it is asked for. */
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

  /** Where in an order a document stands, or −1. */
  placeIn(order: readonly number[], number: number): number {
    let low = 0;
    let high = order.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const compared = this.#compare(order[middle] ?? NONE, number);
      if (compared === 0) return middle;
      if (compared < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Versions of one row stand in the order of their numbers. */
  #compare(a: number, b: number): number {
    const { time, ids } = this.#documents;
    return (time[a] ?? 0) - (time[b] ?? 0) || ids.compare(a, b) || a - b;
  }
}

/** The threads as one search sees them: what lies outside its extent is not there. */
export class ThreadsWithin {
  readonly #threads: Threads;
  readonly #documents: Documents;
  readonly #extent: Extent;
  readonly #orders = new Map<number, readonly number[]>();

  constructor(threads: Threads, documents: Documents, extent: Extent) {
    this.#threads = threads;
    this.#documents = documents;
    this.#extent = extent;
  }

  /** The order of a document's thread, and its own place there; null where it is in no thread. */
  around(number: number): { readonly order: readonly number[]; readonly at: number } | null {
    const thread = this.#documents.thread[number] ?? NONE;
    if (thread === NONE) return null;
    const order = this.#orders.get(thread) ?? this.#within(thread);
    const at = this.#threads.placeIn(order, number);
    return at < 0 ? null : { order, at };
  }

  #within(thread: number): readonly number[] {
    const all = this.#threads.order(thread);
    const order = this.#extent.mask === null ? all : all.filter((number) => this.#extent.holds(number));
    this.#orders.set(thread, order);
    return order;
  }
}
