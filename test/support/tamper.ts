import fc from 'fast-check';

/** `bytes` with one bit turned over. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice();
  const at = Math.floor(bit / 8);
  out[at] = (out[at] ?? 0) ^ (1 << (bit % 8));
  return out;
}

/** Which bit to turn over, for bytes of any length: `at(bytes)` picks one of theirs. */
export interface BitPick {
  at(bytes: Uint8Array): number;
}

export const anyBit: fc.Arbitrary<BitPick> = fc.nat({ max: 0x7fff_ffff }).map((seed) => ({ at: (bytes) => seed % (bytes.length * 8) }));

/** What `attempt` throws, or null when it throws nothing. */
export function thrownBy(attempt: () => unknown): unknown {
  try {
    attempt();
    return null;
  } catch (error) {
    return error;
  }
}

export const bytesOf32: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** Texts of any well-formed Unicode, with astral characters, controls and separators among them. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: 'binary', maxLength: 200 });
