import { randomFillSync } from 'node:crypto';

/** Where unpredictable bytes come from. */
export interface Random {
  /** A fresh array of `length` unpredictable bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
}

const POOL_SIZE = 16_384;

/**
 * The operating system's generator, read in pools: one call for many nonces is an order of magnitude faster than a call each.
 * Bytes handed out are zeroed in the pool, so that a key never lingers there.
 */
export class SystemRandom implements Random {
  readonly #pool = new Uint8Array(POOL_SIZE);
  #offset = POOL_SIZE;

  bytes(length: number): Uint8Array {
    if (length > POOL_SIZE / 4) return randomFillSync(new Uint8Array(length));
    if (this.#offset + length > POOL_SIZE) {
      randomFillSync(this.#pool);
      this.#offset = 0;
    }
    const out = this.#pool.slice(this.#offset, this.#offset + length);
    this.#pool.fill(0, this.#offset, this.#offset + length);
    this.#offset += length;
    return out;
  }
}

export const systemRandom: Random = new SystemRandom();
