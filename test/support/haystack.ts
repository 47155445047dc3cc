/** How many bytes of a digest have to be there for it to count: what is kept of one may be cut short. */
const ENOUGH = 8;
/** Bits by which most of what is not there is told at once. */
const BITS = 26;

const HEX = /[0-9a-f]{16,}/gi;
const BASE64 = /[\w+/-]{22,}/g;

/**
 * Everything that somebody has got hold of, to be searched for digests: each piece as it lies there, and whatever in it is written in
 * hexadecimal or base64, also one within the other, from wherever it may begin.
 */
export class Haystack {
  readonly #pieces: Buffer[] = [];
  /** By the first four bytes of what lies somewhere, and by the next four. */
  readonly #seen = [new Uint8Array(2 ** (BITS - 3)), new Uint8Array(2 ** (BITS - 3))] as const;

  /** How many bytes there are to be searched. */
  get size(): number {
    return this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  add(piece: Uint8Array | string, depth = 0): this {
    const bytes = Buffer.from(piece);
    if (bytes.length < ENOUGH) return this;
    this.#pieces.push(bytes);
    for (let at = 0; at + ENOUGH <= bytes.length; at += 1) {
      mark(this.#seen[0], bytes.readUInt32BE(at));
      mark(this.#seen[1], bytes.readUInt32BE(at + 4));
    }
    if (depth === 3) return this;
    const text = bytes.toString('latin1');
    for (const [run] of text.matchAll(HEX)) for (const skip of [0, 1]) this.add(Buffer.from(run.slice(skip), 'hex'), depth + 1);
    for (const [run] of text.matchAll(BASE64))
      for (const skip of [0, 1, 2, 3]) this.#addUnlessHex(run, Buffer.from(run.slice(skip), 'base64'), depth + 1);
    return this;
  }

  /** Whether the digest is there, or as much of it as counts. */
  holds(digest: Uint8Array): boolean {
    const bytes = Buffer.from(digest.buffer, digest.byteOffset, digest.length);
    if (!marked(this.#seen[0], bytes.readUInt32BE(0)) || !marked(this.#seen[1], bytes.readUInt32BE(4))) return false;
    const start = bytes.subarray(0, ENOUGH);
    return this.#pieces.some((piece) => piece.includes(start));
  }

  #addUnlessHex(run: string, bytes: Buffer, depth: number): void {
    if (!/^[0-9a-f]+$/.test(run)) this.add(bytes, depth);
  }
}

function mark(seen: Uint8Array, value: number): void {
  const bit = value >>> (32 - BITS);
  seen[bit >>> 3] = (seen[bit >>> 3] ?? 0) | (1 << (bit & 7));
}

function marked(seen: Uint8Array, value: number): boolean {
  const bit = value >>> (32 - BITS);
  return ((seen[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}
