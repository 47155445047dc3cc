import { isMemSyncError } from '../../../src/core/errors.ts';
import type { Line } from '../../../src/sdk/transfer/line.ts';

/** Bytes in pieces of `size`, each in a Buffer (of which `slice` is no copy) that the next one overwrites, as a careless source may do. */
export async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A line as a test looks at it: its value, or what its error says without its number, which has to be the line's. */
export function plain(line: Line): { line: number; value: unknown } | { line: number; says: string } {
  if (!('error' in line)) return { line: line.line, value: line.value };
  const { error } = line;
  const start = `Line ${line.line} `;
  const named = isMemSyncError(error, 'line_invalid') && error.message.startsWith(start) && error.context?.['line'] === line.line;
  return { line: line.line, says: named ? error.message.slice(start.length) : `NOT NAMED: ${error.code} ${error.message}` };
}
