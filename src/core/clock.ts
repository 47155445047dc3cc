/** Where time comes from. Domain rooms never read one; faces, jobs and use cases are handed one. */
export interface Clock {
  /** Milliseconds since the Unix epoch, an integer. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until told otherwise; the demo and the tests run on one. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Moves the clock on by `ms` (negative moves it back, as a skewed machine would). */
  advance(ms: number): void {
    this.#now += ms;
  }

  set(instant: number): void {
    this.#now = instant;
  }
}
