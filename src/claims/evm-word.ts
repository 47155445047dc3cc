/** Numbers as EVM contracts lay them out: 32 bytes, big-endian. `value` is a safe integer, not negative. */
export function word(value: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setBigUint64(24, BigInt(value));
  return bytes;
}
