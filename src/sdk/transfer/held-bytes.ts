/** The bytes of the line or row being read, as long as they are not too many. */
export class HeldBytes {
  readonly limit: number;
  /** Whether any byte has come. */
  started = false;
  #buffer = new Uint8Array(1024);
  #length = 0;
  #tooMany = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** What was added, a view that is overwritten after `clear`, or null when it was too much. */
  get bytes(): Uint8Array | null {
    return this.#tooMany ? null : this.#buffer.subarray(0, this.#length);
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.started = true;
    const length = this.#length + bytes.length;
    if (this.#tooMany || length > this.limit) {
      this.#tooMany = true;
      return;
    }
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(Math.max(length, this.#buffer.length * 2), this.limit));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  clear(): void {
    this.started = false;
    this.#tooMany = false;
    this.#length = 0;
  }
}
