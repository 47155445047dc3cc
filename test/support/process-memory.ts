import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** A needle that was found, and in what kind of mapping. */
export interface Hit {
  readonly what: string;
  readonly where: string;
  readonly at: bigint;
  /** The bytes around it. */
  readonly around: string;
}

const CHUNK = 8 * 1024 * 1024;

/** Searches all memory of a process that it may read and write, by its maps (Linux). */
export function searchMemory(pid: number, needles: readonly { readonly what: string; readonly bytes: Buffer }[], most = 1000): Hit[] {
  const longest = Math.max(...needles.map(({ bytes }) => bytes.length));
  const file = openSync(`/proc/${pid}/mem`, 'r');
  const hits: Hit[] = [];
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to, mode, name] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
      if (from === undefined || to === undefined || mode?.startsWith('r') !== true || name === '[vvar]' || name === '[vsyscall]') continue;
      const [begin, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
      let kept = Buffer.alloc(0);
      for (let at = begin; at < end; at += BigInt(CHUNK)) {
        const size = Number(end - at < CHUNK ? end - at : CHUNK);
        const chunk = Buffer.alloc(size);
        const read = tryRead(file, chunk, at);
        const bytes = Buffer.concat([kept, chunk.subarray(0, read)]);
        for (const { what, bytes: needle } of needles) {
          for (let i = bytes.indexOf(needle); i >= 0 && hits.length < most; i = bytes.indexOf(needle, i + 1)) {
            const around = bytes.subarray(Math.max(0, i - 60), i + needle.length + 60).toString('latin1');
            hits.push({ what, where: `${mode} ${name}`, at: at + BigInt(i - kept.length), around: around.replaceAll(/[^ -~]/g, '.') });
          }
        }
        kept = Buffer.from(bytes.subarray(Math.max(0, bytes.length - longest + 1)));
      }
    }
  } finally {
    closeSync(file);
  }
  return hits;
}

function tryRead(file: number, chunk: Buffer, at: bigint): number {
  try {
    return readSync(file, chunk, 0, chunk.length, at);
  } catch {
    // Reserved, or gone since.
    return 0;
  }
}
