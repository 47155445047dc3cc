import { createHash, hash } from 'node:crypto';
import { concat } from '../core/bytes.ts';

/** SHA-256 of `bytes`: 32 bytes, owned by the caller. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = hash('sha256', bytes, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
}

/** SHA-256 of the parts joined without separators: 32 bytes. Parts of varying length need prefixes of their own (`lengthPrefixed`). */
export function sha256Parts(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = concat(...parts);
  const digest = sha256(joined);
  // The parts may be secret; this copy of them is nobody's.
  joined.fill(0);
  return digest;
}

/** SHA-256 of what comes piece by piece. */
export class Sha256Stream {
  readonly #hash = createHash('sha256');

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** 32 bytes; nothing may be added afterwards. */
  digest(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }
}
