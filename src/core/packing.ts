import { MemSyncError } from './errors.ts';

/** Bytes being put together. Numbers are LEB128: seven bits a byte, the lowest first, in no more bytes than they need. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** A safe integer, not negative. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('only safe integers from 0 on can be packed');
    const bytes = this.#room(8);
    let rest = value;
    while (rest > 0x7f) {
      bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[this.#length++] = rest;
  }

  /** An integer of at most 52 bits, of either sign. */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A signed integer, or null. */
  optional(value: number | null): void {
    if (value === null) this.number(0);
    else {
      this.number(1);
      this.signed(value);
    }
  }

  raw(part: Uint8Array): void {
    this.#room(part.length).set(part, this.#length);
    this.#length += part.length;
  }

  /** Bytes with their length before them. */
  prefixed(part: Uint8Array): void {
    this.number(part.length);
    this.raw(part);
  }

  /** The `size` bytes that hexadecimal digits from `from` on stand for. */
  hex(text: string, size: number, from = 0): void {
    const bytes = this.#room(size);
    const written = bytes.write(from === 0 ? text : text.slice(from), this.#length, size, 'hex');
    if (written !== size || text.length - from !== 2 * size) throw new RangeError('only hexadecimal digits of that length can be packed');
    this.#length += size;
  }

  u32(value: number): void {
    this.#room(4).writeUInt32BE(value, this.#length);
    this.#length += 4;
  }

  /** What has been written, as a view. Nothing may be written afterwards. */
  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#length);
  }

  #room(more: number): Buffer {
    const needed = this.#length + more;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.#length);
      // What is packed may be in the clear: no copy of it is left behind.
      this.#bytes.fill(0, 0, this.#length);
      this.#bytes = grown;
    }
    return this.#bytes;
  }
}

/** Reads what a `ByteWriter` wrote. Every method throws `MemSyncError` `encoding_invalid` where there is no such thing. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = from;
    this.#end = to;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; factor <= 0x80 ** 7; factor *= 0x80) {
      const byte = this.#at < this.#end ? (this.#bytes[this.#at++] ?? 0) : cutShort();
      value += (byte & 0x7f) * factor;
      if (byte > 0x7f) continue;
      if (!Number.isSafeInteger(value) || (byte === 0 && factor > 1)) break;
      return value;
    }
    throw new MemSyncError('encoding_invalid', 'A packed number is not one.');
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  optional(): number | null {
    return this.flag() ? this.signed() : null;
  }

  /** 0 or 1. */
  flag(): boolean {
    return this.below(2) === 1;
  }

  /** A number below `limit`. */
  below(limit: number): number {
    const value = this.number();
    if (value >= limit) throw new MemSyncError('encoding_invalid', 'A packed number is past its bounds.');
    return value;
  }

  /** The next `size` bytes, a view onto the input. */
  raw(size: number): Uint8Array {
    const from = this.#skip(size);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + from, size);
  }

  prefixed(): Uint8Array {
    return this.raw(this.number());
  }

  hex(size: number): string {
    const from = this.#skip(size);
    return this.#bytes.toString('hex', from, from + size);
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#skip(4));
  }

  /** All that is left, a view onto the input. */
  rest(): Uint8Array {
    return this.raw(this.#end - this.#at);
  }

  end(): void {
    if (this.#at !== this.#end) throw new MemSyncError('encoding_invalid', 'Bytes are left over at the end.');
  }

  #skip(size: number): number {
    const from = this.#at;
    if (size > this.#end - from) cutShort();
    this.#at = from + size;
    return from;
  }
}

function cutShort(): never {
  throw new MemSyncError('encoding_invalid', 'The bytes are cut short.');
}
