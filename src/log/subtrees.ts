import type { PerfectSubtree } from './range.ts';

/** How many hashes are kept before all are let go. */
const MOST = 8192;

/**
 * Hashes of full subtrees of one log, as far as somebody has worked them out. A full subtree is the same in every larger tree of that log, so
 * what is known stays true while the log only grows. What is worked out for a tree that may yet come to nothing goes into a `fork`, and is
 * taken in once the tree is there.
 */
export class KnownSubtrees {
  readonly #below: KnownSubtrees | null;
  readonly #hashes = new Map<string, Uint8Array>();

  constructor(below: KnownSubtrees | null = null) {
    this.#below = below;
  }

  /** The subtree's hash, not a copy; undefined when it is not known. */
  get(subtree: PerfectSubtree): Uint8Array | undefined {
    return this.#find(`${subtree.height}/${subtree.index}`);
  }

  set(subtree: PerfectSubtree, hash: Uint8Array): void {
    if (this.#hashes.size >= MOST) this.#hashes.clear();
    this.#hashes.set(`${subtree.height}/${subtree.index}`, hash);
  }

  /** One that knows the same, and keeps to itself what it is told. */
  fork(): KnownSubtrees {
    return new KnownSubtrees(this);
  }

  /** Takes in what a fork of this has been told. */
  absorb(fork: KnownSubtrees): void {
    if (this.#hashes.size + fork.#hashes.size > MOST) this.#hashes.clear();
    for (const [key, hash] of fork.#hashes) this.#hashes.set(key, hash);
  }

  #find(key: string): Uint8Array | undefined {
    const own = this.#hashes.get(key);
    return own === undefined && this.#below !== null ? this.#below.#find(key) : own;
  }
}
