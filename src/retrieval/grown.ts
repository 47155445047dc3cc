/** The array with room for at least `count`, grown by half where it has too little; what it held stays. */
export function grown32(old: Uint32Array<ArrayBuffer>, count: number): Uint32Array<ArrayBuffer> {
  if (count <= old.length) return old;
  const array = new Uint32Array(roomFor(old.length, count));
  array.set(old);
  return array;
}

/** As `grown32`. */
export function grown16(old: Uint16Array<ArrayBuffer>, count: number): Uint16Array<ArrayBuffer> {
  if (count <= old.length) return old;
  const array = new Uint16Array(roomFor(old.length, count));
  array.set(old);
  return array;
}

/** As `grown32`. */
export function grown64(old: Float64Array<ArrayBuffer>, count: number): Float64Array<ArrayBuffer> {
  if (count <= old.length) return old;
  const array = new Float64Array(roomFor(old.length, count));
  array.set(old);
  return array;
}

function roomFor(now: number, count: number): number {
  return Math.max(count, Math.ceil(now * 1.5), 8);
}
