import { MemSyncError } from '../core/errors.ts';

/**
 * The padded length of `length` bytes and their end mark: a multiple of 128 up to 1,024, above that Padmé's steps (at most 12 % more),
 * so that a stored size tells little of what is inside.
 */
export function paddedLength(length: number): number {
  const least = length + 1;
  if (least <= 1024) return Math.ceil(least / 128) * 128;
  const exponent = Math.floor(Math.log2(least));
  const bits = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - bits);
  return Math.ceil(least / step) * step;
}

/** `parts ‖ 0x80 ‖ zeros` up to the padded length (ISO/IEC 7816-4). */
export function pad(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(paddedLength(length));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  out[length] = 0x80;
  return out;
}

/** What `pad` padded, a view. @throws {MemSyncError} `encoding_invalid` when it is not padded so, to that very length. */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (end < 0 || padded[end] !== 0x80 || paddedLength(end) !== padded.length) {
    throw new MemSyncError('encoding_invalid', 'The padding is not as the format says.');
  }
  return padded.subarray(0, end);
}
