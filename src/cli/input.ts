import { readFileSync, readSync, writeFileSync } from 'node:fs';
import { MemSyncError } from '../core/errors.ts';

/** How long nothing is done where nothing has come yet. */
const PAUSE_MS = 10;

/** A file's text; `-` is standard input. @throws {MemSyncError} `usage` when it cannot be read */
export function readInput(path: string): string {
  return Buffer.from(readInputBytes(path)).toString('utf8');
}

/** As `readInput`, whatever the bytes. */
export function readInputBytes(path: string): Uint8Array {
  try {
    return path === '-' ? readStandardInput() : readFileSync(path);
  } catch (cause) {
    throw new MemSyncError('usage', `${path === '-' ? 'Standard input' : path} cannot be read.`, { cause });
  }
}

/** Reads until the end, also from a pipe that another process has set not to wait: npx does that to what it starts. */
function readStandardInput(): Uint8Array {
  const chunks: Buffer[] = [];
  const room = Buffer.alloc(65_536);
  for (;;) {
    const length = readSome(room);
    if (length === 0) return Buffer.concat(chunks);
    if (length === null) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    else chunks.push(Buffer.from(room.subarray(0, length)));
  }
}

/** How many bytes came; 0 at the end, null where there are none yet. */
function readSome(room: Buffer): number | null {
  try {
    return readSync(0, room);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null;
    // What Windows says at the end of a pipe.
    if (error instanceof Error && 'code' in error && error.code === 'EOF') return 0;
    throw error;
  }
}

/** The JSON in a file; `-` is standard input. @throws {MemSyncError} `usage`, `json_invalid` */
export function readJson(path: string): unknown {
  const text = readInput(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MemSyncError('json_invalid', `${path === '-' ? 'Standard input' : path} is not JSON.`, { cause });
  }
}

/** Writes a file that only its owner can read. @throws {MemSyncError} `usage` when it cannot be written */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (cause) {
    throw new MemSyncError('usage', `${path} cannot be written.`, { cause });
  }
}
