import { filledIndex } from './retrieval/filled.ts';

/** `node --expose-gc bench/index-memory.ts <rows>`: prints what an index of so many rows takes, in bytes: of the process, and as it says itself. */

const rows = Number(process.argv[2]);
filledIndex(100);
const before = taken();
const index = filledIndex(rows);
const process_ = taken() - before;
console.log(JSON.stringify({ rows: index.size, process: process_, index: index.bytes }));

/** What the process holds, with what can be let go of let go of. */
function taken(): number {
  for (let i = 0; i < 4; i += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  // `external` has the array buffers in it.
  return heapUsed + external;
}
