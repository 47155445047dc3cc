/* Hexadecimal and base64 in plain JavaScript: what ../encoding.ts does, where there is no Node. */

const HEX_DIGITS = '0123456789abcdef';
const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;
const NO_DIGIT = 0xff;

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => `${HEX_DIGITS[byte >> 4] ?? ''}${HEX_DIGITS[byte & 15] ?? ''}`);
const HEX_VALUES = valuesOf(HEX_DIGITS);
const BASE64_VALUES = valuesOf(BASE64_DIGITS);

export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX_PAIRS[byte] ?? '';
  return text;
}

/** The bytes of hexadecimal digits, or null for anything but pairs of lower-case ones. */
export function decodeHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) {
    const high = valueAt(HEX_VALUES, text, 2 * i);
    const low = valueAt(HEX_VALUES, text, 2 * i + 1);
    if (high === NO_DIGIT || low === NO_DIGIT) return null;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += digit(group >> 18) + digit(group >> 12) + (left > 1 ? digit(group >> 6) : '=') + (left > 2 ? digit(group) : '=');
  }
  return text;
}

/** The bytes of standard base64 with padding, or null for any text that is not how they encode. */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const digits = text.length - padding(text);
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits; i += 1) {
    const value = valueAt(BASE64_VALUES, text, i);
    if (value === NO_DIGIT) return null;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = held >> bits;
    at += 1;
  }
  // Bits past the last byte would be a second spelling of the same bytes.
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
}

function padding(text: string): number {
  if (text.charCodeAt(text.length - 1) !== PAD) return 0;
  return text.charCodeAt(text.length - 2) === PAD ? 2 : 1;
}

function digit(bits: number): string {
  return BASE64_DIGITS[bits & 63] ?? '';
}

function valueAt(values: Uint8Array, text: string, at: number): number {
  return values[text.charCodeAt(at)] ?? NO_DIGIT;
}

/** What each digit stands for, by its code; no digit elsewhere. */
function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(128).fill(NO_DIGIT);
  for (const [value, character] of Array.from(digits).entries()) values[character.charCodeAt(0)] = value;
  return values;
}
