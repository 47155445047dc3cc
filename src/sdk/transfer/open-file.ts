import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type AgeKey, decryptAge } from '../../crypto/age-stream.ts';
import { BeforeLast } from './before-last.ts';
import { ExportCheck, type OpenKeys } from './export-check.ts';
import { readJsonLines } from './json-lines.ts';
import { onDisk } from './whole-file.ts';

const AGE = 'age-encryption.org/v1\n';

/** Whether a file is an age file. @throws {MemSyncError} `store_failed` when it cannot be read */
export function isAgeFile(path: string): Promise<boolean> {
  return onDisk(async () => {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(AGE.length), 0, AGE.length, 0);
      return buffer.toString('latin1', 0, bytesRead) === AGE;
    } finally {
      await file.close();
    }
  });
}

/** The bytes of a file, decrypted where there is a key to it. @throws {MemSyncError} what `decryptAge` throws; `store_failed` */
export async function* fileBytes(path: string, key: AgeKey | null): AsyncGenerator<Uint8Array> {
  const source = readable(path);
  yield* key === null ? source : decryptAge(source, key);
}

/** A check of an export, with the lines that it is to read. */
export function openExport(
  path: string,
  key: AgeKey | null,
  openKeys?: OpenKeys,
): { check: ExportCheck; lines: ReturnType<ExportCheck['read']> } {
  const before = new BeforeLast();
  const check = new ExportCheck(before, openKeys);
  return { check, lines: check.read(readJsonLines(before.watch(fileBytes(path, key)))) };
}

async function* readable(path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await onDisk(() => pieces.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}
