import { decodeBase64, decodeHex, encodeBase64, encodeHex } from './encoding.ts';
import { MemSyncError } from './errors.ts';

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a string. @throws {MemSyncError} `text_not_unicode` on a lone surrogate, which UTF-8 cannot carry. */
export function utf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new MemSyncError('text_not_unicode', 'The text has a lone surrogate; send well-formed Unicode.');
  return encoder.encode(text);
}

/** The string of UTF-8 bytes, byte order mark kept. @throws {MemSyncError} `encoding_invalid` when they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new MemSyncError('encoding_invalid', 'The bytes are not UTF-8.');
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Four bytes, big-endian. `value` is an integer from 0 to 2³²−1. */
export function u32be(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Eight bytes, big-endian. `value` is a safe integer, not negative. */
export function u64be(value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

/** The safe integer that eight big-endian bytes at `offset` hold. @throws {MemSyncError} `encoding_invalid` past 2⁵³−1 or out of bounds. */
export function readU64be(bytes: Uint8Array, offset: number): number {
  if (offset < 0 || offset + 8 > bytes.length) throw new MemSyncError('encoding_invalid', 'A 64-bit number is cut short.');
  const value = new DataView(bytes.buffer, bytes.byteOffset + offset, 8).getBigUint64(0);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new MemSyncError('encoding_invalid', 'A 64-bit number is out of range.');
  return Number(value);
}

/** `u32 length ‖ bytes` of each part, one after another: no two lists of parts share an encoding. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += 4 + part.length;
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  let offset = 0;
  for (const part of parts) {
    view.setUint32(offset, part.length);
    out.set(part, offset + 4);
    offset += 4 + part.length;
  }
  return out;
}

/** Reads length-prefixed parts in order, and says when the input holds more or less than was asked for. */
export class LengthPrefixedReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** The next part, a view onto the input. @throws {MemSyncError} `encoding_invalid` when it is cut short. */
  next(): Uint8Array {
    const length = new DataView(this.take(4).slice().buffer).getUint32(0);
    return this.take(length);
  }

  /** The next `length` bytes without a prefix, a view onto the input. @throws {MemSyncError} `encoding_invalid` when there are fewer. */
  take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new MemSyncError('encoding_invalid', 'The bytes are cut short.');
    const part = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return part;
  }

  /** @throws {MemSyncError} `encoding_invalid` when bytes are left over. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw new MemSyncError('encoding_invalid', 'Bytes are left over at the end.');
  }
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

export function hex(bytes: Uint8Array): string {
  return encodeHex(bytes);
}

/** Bytes of lower-case hexadecimal. @throws {MemSyncError} `encoding_invalid` on anything else, upper case included. */
export function fromHex(text: string): Uint8Array {
  const bytes = decodeHex(text);
  if (bytes === null) throw new MemSyncError('encoding_invalid', 'Expected lower-case hexadecimal.');
  return bytes;
}

export function base64(bytes: Uint8Array): string {
  return encodeBase64(bytes);
}

/** Bytes of standard base64 with padding, one spelling only: what does not re-encode to itself is refused. @throws {MemSyncError} `encoding_invalid` */
export function fromBase64(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes === null) throw new MemSyncError('encoding_invalid', 'Expected standard base64 with padding.');
  return bytes;
}
