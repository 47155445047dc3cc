import { sha256 as digestOf } from '@noble/hashes/sha2.js';
import { concat } from '../../core/bytes.ts';

/* SHA-256 in plain JavaScript: what ../sha256.ts does, where there is no Node. */

/** SHA-256 of `bytes`: 32 bytes, owned by the caller. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return digestOf(bytes);
}

/** SHA-256 of the parts joined without separators: 32 bytes. Parts of varying length need prefixes of their own (`lengthPrefixed`). */
export function sha256Parts(...parts: readonly Uint8Array[]): Uint8Array {
  return digestOf(concat(...parts));
}

/** SHA-256 of what comes piece by piece. */
export class Sha256Stream {
  readonly #hash = digestOf.create();

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** 32 bytes; nothing may be added afterwards. */
  digest(): Uint8Array {
    return this.#hash.digest();
  }
}
