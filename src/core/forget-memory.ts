import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Sizes, in bytes, of the pieces that memory outside the engine's heap is washed with, and how much of each. */
const LEAST = 24;
const STEP = 16;
const SMALL = 1048;
const OF_EACH_SMALL = 600;
const LARGE = [128 * 1024, 32 * 1024, 8 * 1024, 4 * 1024, 2 * 1024];
const OF_EACH_LARGE = 4 * 1024 * 1024;
/** What arrays of the engine's heap, of 4 KiB each, are made of, and how many of them take the pages that it keeps for later: twice what its young generation has. */
const ZEROS = Array.from<number>({ length: 500 }).fill(0);
const ARRAYS = 16_384;
/** One round leaves something behind now and then. */
const ROUNDS = 2;

type Collect = (options?: { readonly type: 'major' | 'minor'; readonly execution?: 'sync'; readonly flavor?: 'last-resort' }) => void;

/**
 * Overwrites what nobody holds any more, as far as a program can: the engine collects all of it and writes zeros where it was, then the pages that it
 * keeps for later, and memory that was given back outside its heap, are taken once more, as zeros. Stops everything else for as long as a full collection takes. What the system
 * has kept elsewhere (stacks, registers, swap) it does not reach.
 */
export function forgetMemory(): void {
  collectAsZeros();
  washFree();
  for (let round = 0; round < ROUNDS; round++) {
    washHeap();
    collectAsZeros();
  }
}

function collectAsZeros(): void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--clear-free-memory');
  try {
    const collect = runInNewContext('gc') as Collect;
    collect();
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  } finally {
    setFlagsFromString('--no-clear-free-memory');
    setFlagsFromString('--no-expose-gc');
  }
}

/** Buffers come from the allocator, zeroed: each gets what was given back last, where that fits. */
function washFree(): void {
  const held: ArrayBuffer[] = [];
  for (const size of LARGE) for (let taken = 0; taken < OF_EACH_LARGE; taken += size) held.push(new ArrayBuffer(size));
  for (let size = LEAST; size <= SMALL; size += STEP) for (let i = 0; i < OF_EACH_SMALL; i++) held.push(new ArrayBuffer(size));
}

/** What is evacuated leaves its old pages as they were: small arrays, held together, use them up. Larger ones would get pages of their own. */
function washHeap(): void {
  const held: number[][] = [];
  for (let i = 0; i < ARRAYS; i++) held.push(ZEROS.slice());
}
