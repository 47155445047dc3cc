import { base64, fromBase64 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { HASH_BYTES } from '../../log/merkle.ts';

/** Hashes one after the other, in as little memory as they take. */
export class HashList {
  #bytes: Uint8Array;
  #length: number;

  private constructor(bytes: Uint8Array, length: number) {
    this.#bytes = bytes;
    this.#length = length;
  }

  /** @throws {MemSyncError} `encoding_invalid` on other text than `encoded` gives */
  static of(encoded = ''): HashList {
    const bytes = fromBase64(encoded);
    if (bytes.length % HASH_BYTES !== 0) throw new MemSyncError('encoding_invalid', 'That is no list of hashes.');
    return new HashList(bytes, bytes.length / HASH_BYTES);
  }

  get length(): number {
    return this.#length;
  }

  get encoded(): string {
    return base64(this.#bytes.subarray(0, this.#length * HASH_BYTES));
  }

  at(index: number): Uint8Array | null {
    return index >= 0 && index < this.#length ? this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES) : null;
  }

  push(hash: Uint8Array): void {
    const end = (this.#length + 1) * HASH_BYTES;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(1024, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(hash, end - HASH_BYTES);
    this.#length += 1;
  }

  /** The hashes from one place to another, views. */
  slice(from: number, to: number): Uint8Array[] {
    return Array.from({ length: Math.max(0, Math.min(to, this.#length) - from) }, (_, i) =>
      this.#bytes.subarray((from + i) * HASH_BYTES, (from + i + 1) * HASH_BYTES),
    );
  }
}
