import { sodium } from './sodium.ts';

/** Room for what the allocator keeps for itself. */
const SLACK = 65_536;

/** What the wrapper hands out of the module below it; its types do not say so. */
interface Heap {
  readonly HEAPU8: Uint8Array;
  readonly _malloc: (size: number) => number;
  readonly _free: (piece: number) => void;
}

function isHeap(value: unknown): value is Heap {
  if (typeof value !== 'object' || value === null || !('HEAPU8' in value) || !(value.HEAPU8 instanceof Uint8Array)) return false;
  return '_malloc' in value && typeof value._malloc === 'function' && '_free' in value && typeof value._free === 'function';
}

/**
 * Zeroes the memory that libsodium works in: what it has worked with, keys and texts among it, is given back there and not cleared. Nothing of it is
 * in use between two calls. Returns how many bytes were cleared; 0 where the module does not let itself be looked into.
 */
export function clearSodiumMemory(): number {
  const heap: unknown = Reflect.get(sodium, 'libsodium');
  if (!isHeap(heap)) return 0;
  const first = heap._malloc(16);
  heap._free(first);
  const size = heap.HEAPU8.length - first - SLACK;
  const piece = size <= 0 ? 0 : heap._malloc(size);
  if (piece === 0) return 0;
  heap.HEAPU8.fill(0, piece, piece + size);
  heap._free(piece);
  return size;
}
