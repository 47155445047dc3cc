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

/**
 * The sum of the products of components, of 130,000 of them at most: exact, since it is a sum of whole numbers that 32 bits hold. `from` is where the
 * second vector begins in `others`. Four sums are led at once, which takes a quarter of the time of one.
 */
export function dot(vector: Int8Array, others: Int8Array, from: number): number {
  const { length } = vector;
  const whole = length - (length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    const at = from + i;
    a = (a + Math.imul(vector[i] as number, others[at] as number)) | 0;
    b = (b + Math.imul(vector[i + 1] as number, others[at + 1] as number)) | 0;
    c = (c + Math.imul(vector[i + 2] as number, others[at + 2] as number)) | 0;
    d = (d + Math.imul(vector[i + 3] as number, others[at + 3] as number)) | 0;
  }
  for (let i = whole; i < length; i++) a = (a + Math.imul(vector[i] as number, others[from + i] as number)) | 0;
  return a + b + c + d;
}

/** A vector's length. */
export function norm(vector: Int8Array): number {
  return Math.sqrt(dot(vector, vector, 0));
}
