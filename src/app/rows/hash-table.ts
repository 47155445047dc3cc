/** Bytes of a fingerprint, and of what else lines are found by. */
export const HASH_BYTES = 16;

/** Where the lines begin that have this hash, among `count` of `size` bytes each from `from` on, in the order of their hashes. */
export function findHash(bytes: Uint8Array, from: number, count: number, size: number, hash: Uint8Array): number[] {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareHash(bytes, from + middle * size, hash) < 0) low = middle + 1;
    else high = middle;
  }
  const lines: number[] = [];
  for (let i = low; i < count && compareHash(bytes, from + i * size, hash) === 0; i++) lines.push(from + i * size);
  return lines;
}

function compareHash(bytes: Uint8Array, at: number, hash: Uint8Array): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = (bytes[at + i] ?? 0) - (hash[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
