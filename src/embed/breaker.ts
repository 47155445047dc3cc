import type { Instant } from '../core/instant.ts';

/** So many failures in a row, and nobody waits any more for so long, in milliseconds; then one at a time tries again. */
const FAILURES = 3;
const REST_MS = 30_000;

/** Says whether it is worth asking a service that may be down. */
export class Breaker {
  #failures = 0;
  #restedAt: Instant = 0;

  /** Whether to ask now. Where the service was resting, whoever is told yes is the one who tries. */
  mayAsk(now: Instant): boolean {
    if (this.#failures < FAILURES) return true;
    // A clock that was put back does not make the rest longer.
    if (now >= this.#restedAt && now - this.#restedAt < REST_MS) return false;
    this.#restedAt = now;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: Instant): void {
    this.#failures += 1;
    this.#restedAt = now;
  }
}
