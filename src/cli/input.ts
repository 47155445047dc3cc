import { readFileSync, writeFileSync } from 'node:fs';
import { MemSyncError } from '../core/errors.ts';

/** A file's text; `-` is standard input. @throws {MemSyncError} `usage` when it cannot be read */
export function readInput(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw new MemSyncError('usage', `${path === '-' ? 'Standard input' : path} cannot be read.`, { cause });
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
