import { hex } from '../../core/bytes.ts';
import { Sha256Stream } from '../../crypto/sha256.ts';

const NEWLINE = 0x0a;
/** The last line is short; of a longer one nothing is held back, and the digest is then nobody's. */
const MOST = 1024 * 1024;

/** The SHA-256 of all lines of a file but the last, worked out while the file is read. */
export class BeforeLast {
  readonly #hash = new Sha256Stream();
  #held: Uint8Array[] = [];
  #length = 0;
  #done = false;

  /** The bytes as they come, each seen on its way. */
  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.#meet(chunk);
      yield chunk;
    }
  }

  /** In hexadecimal; asked once, when the last line has come. */
  digest(): string {
    this.#done = true;
    return hex(this.#hash.digest());
  }

  #meet(chunk: Uint8Array): void {
    if (this.#done || chunk.length === 0) return;
    const last = this.#held.at(-1);
    // A line that had ended is not the last one, now that something follows.
    if (last !== undefined && last[last.length - 1] === NEWLINE) this.#release();
    const end = chunk.lastIndexOf(NEWLINE, chunk.length - 2);
    if (end >= 0 && chunk.length > 1) {
      this.#release();
      this.#hash.add(chunk.subarray(0, end + 1));
    }
    this.#hold(chunk.subarray(chunk.length > 1 ? end + 1 : 0));
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes.slice());
    this.#length += bytes.length;
    if (this.#length > MOST) this.#release();
  }

  #release(): void {
    for (const bytes of this.#held) this.#hash.add(bytes);
    this.#held = [];
    this.#length = 0;
  }
}
