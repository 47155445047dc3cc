/*
 * Hexadecimal and base64 the fast way, by Node's Buffer; src/core/bytes.ts is their face. In a bundle for browsers the module of the same
 * name in portable/ stands here: a test holds the two against one another.
 */

export function encodeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** The bytes of hexadecimal digits, or null for anything but pairs of lower-case ones. */
export function decodeHex(text: string): Uint8Array | null {
  return text.length % 2 === 0 && /^[0-9a-f]*$/.test(text) ? own(Buffer.from(text, 'hex')) : null;
}

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** The bytes of standard base64 with padding, or null for any text that is not how they encode. */
export function decodeBase64(text: string): Uint8Array | null {
  const buffer = Buffer.from(text, 'base64');
  return buffer.toString('base64') === text ? own(buffer) : null;
}

/** A copy outside the memory that small buffers share and that nobody wipes; what was there is zeroed. */
function own(shared: Buffer): Uint8Array {
  const bytes = new Uint8Array(shared);
  shared.fill(0);
  return bytes;
}
