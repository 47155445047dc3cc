import { forgetMemory } from '../core/forget-memory.ts';
import { clearSodiumMemory } from '../crypto/sodium-memory.ts';

/** How long after an act its requests have been answered, in milliseconds. */
const AFTER_MS = 300;
/** How long it rests in between: everything else stands still meanwhile. */
const REST_MS = 5000;
/** Further runs after the last act, each so long after the rest before it: a connection may hold its last request until it has idled out. */
const LATER_MS = [3000, 15_000] as const;

/** Takes what was erased or cut off out of this process's memory: soon, once for many acts, and again for what was still held then. */
export class Forgetting {
  #stage: 'idle' | 'soon' | 'rest' | 'later' = 'idle';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;
  #runsSince = 0;

  /** To be called when something has been erased, or a grant cut off. */
  soon(): void {
    this.#runsSince = 0;
    if (this.#stage === 'soon' || this.#stage === 'rest') this.#again = true;
    else this.#wait('soon', AFTER_MS);
  }

  #wait(stage: 'soon' | 'rest' | 'later', ms: number): void {
    clearTimeout(this.#timer);
    this.#stage = stage;
    this.#timer = setTimeout(() => (stage === 'rest' ? this.#rested() : this.#run()), ms).unref();
  }

  #run(): void {
    clearSodiumMemory();
    forgetMemory();
    this.#wait('rest', REST_MS);
  }

  #rested(): void {
    const later = LATER_MS[this.#runsSince];
    if (this.#again) this.#wait('soon', 0);
    else if (later !== undefined) this.#wait('later', later);
    else this.#stage = 'idle';
    this.#runsSince += this.#again ? 0 : 1;
    this.#again = false;
  }
}
