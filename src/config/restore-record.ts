import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Restored } from '../app/backup/restored.ts';
import { fromHex } from '../core/bytes.ts';
import { lowerMarks } from './mark-file.ts';
import { syncFolder } from './private-file.ts';

const RECORD = 'restores.jsonl';

/**
 * Notes a restore in the key folder: first the record, which keeps each mark that is about to be lost, then the marks of the vaults that are
 * behind theirs, or on another history, are set to the event that says so. May be done again.
 */
export function noteRestore(keyFolder: string, restored: Restored): void {
  const path = join(keyFolder, RECORD);
  if (!readRestores(keyFolder).some(({ id }) => id === restored.id)) {
    const file = openSync(path, 'a', 0o600);
    try {
      // A line that was cut off by a crash is ended first.
      const cut = existsSync(path) && !/(?:^|\n)$/.test(readFileSync(path, 'utf8'));
      appendFileSync(file, `${cut ? '\n' : ''}${JSON.stringify(restored)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    syncFolder(keyFolder);
  }
  const moved = restored.vaults.filter(({ outcome }) => outcome !== 'same');
  lowerMarks(
    join(keyFolder, 'marks.json'),
    moved.map(({ vault, head }) => [vault, { seq: head.seq, hash: fromHex(head.hash) }]),
  );
}

/** The restores that the key folder has on record, the oldest first. A line that does not read is left out. */
export function readRestores(keyFolder: string): Restored[] {
  const path = join(keyFolder, RECORD);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Restored];
      } catch {
        return [];
      }
    });
}
