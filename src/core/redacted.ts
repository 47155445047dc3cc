/** Under this name Node's `util.inspect` looks for how a value prints itself; elsewhere nobody asks. */
const inspection = Symbol.for('nodejs.util.inspect.custom');

/**
 * Bytes that must not be printed: keys, tokens, salts. Whatever prints, joins, logs or serialises one gets `[redacted]`.
 * `reveal()` hands out the bytes themselves, not a copy; `wipe()` zeroes them in place.
 */
export class Redacted {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  reveal(): Uint8Array {
    return this.#bytes;
  }

  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspection](): string {
    return '[redacted]';
  }
}
