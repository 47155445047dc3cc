import { forgetMemory } from '../core/forget-memory.ts';
import { clearSodiumMemory } from '../crypto/sodium-memory.ts';

/** How long after an act its requests have been answered, and hold nothing any more, in milliseconds. */
const AFTER_MS = 300;
/** How long it rests in between: everything else stands still meanwhile. */
const REST_MS = 5000;

/** Takes what was erased or cut off out of this process's memory: soon, and once for many acts. */
export class Forgetting {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #again = false;

  /** To be called when something has been erased, or a grant cut off. */
  soon(): void {
    if (this.#timer === null) this.#in(AFTER_MS);
    else this.#again = true;
  }

  #in(ms: number): void {
    this.#again = false;
    this.#timer = setTimeout(() => this.#run(), ms).unref();
  }

  #run(): void {
    clearSodiumMemory();
    forgetMemory();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#again) this.#in(0);
    }, REST_MS).unref();
  }
}
