/** The greatest value of a component. */
const MOST = 127;

/**
 * A vector's direction in bytes: its greatest component becomes ±127, the others are in proportion and rounded. Its length is lost, which no
 * cosine asks for. Null where there is no direction: nothing but zeros, or a component that is not finite.
 */
export function quantise(vector: readonly number[]): Int8Array<ArrayBuffer> | null {
  let most = 0;
  for (const value of vector) {
    if (!Number.isFinite(value)) return null;
    most = Math.max(most, Math.abs(value));
  }
  // What is below that has so few bits left that quotients mean nothing.
  if (most < Number.MIN_VALUE / Number.EPSILON) return null;
  const bytes = new Int8Array(vector.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(((vector[i] ?? 0) / most) * MOST);
  return bytes;
}

/** The sum of the products of components; exact, since it is a sum of whole numbers. `from` is where the second vector begins in `others`. */
export function dot(vector: Int8Array, others: Int8Array, from: number): number {
  const { length } = vector;
  let sum = 0;
  for (let i = 0; i < length; i++) sum += Math.imul(vector[i] as number, others[from + i] as number);
  return sum;
}

/** A vector's length. */
export function norm(vector: Int8Array): number {
  return Math.sqrt(dot(vector, vector, 0));
}
