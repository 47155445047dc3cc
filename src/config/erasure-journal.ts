import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ErasedBody } from '../../schemas/owner-event.ts';
import { Millis, Sequence, Sha256, VaultId } from '../../schemas/primitives.ts';
import type { ErasureJournal, NotedErasure } from '../app/erase/known.ts';
import { syncFolder } from './private-file.ts';

const FILE = 'erasures.jsonl';

const Noted = z.strictObject({ vault: VaultId, event: Sha256, seq: Sequence, at: Millis, what: ErasedBody });

/** The journal of erasures in the key folder: a line each, on the disk before anybody is told that something is gone. */
export class FileJournal implements ErasureJournal {
  readonly #path: string;

  constructor(keyFolder: string) {
    this.#path = join(keyFolder, FILE);
  }

  note(erasure: NotedErasure): void {
    const before = existsSync(this.#path) ? readFileSync(this.#path, 'utf8') : '';
    const file = openSync(this.#path, 'a', 0o600);
    try {
      // A line that was cut off by a crash is ended first.
      const begun = before === '' || before.endsWith('\n') ? '' : '\n';
      if (!read(before).some(({ event }) => event === erasure.event)) appendFileSync(file, `${begun}${JSON.stringify(erasure)}\n`);
      // Also where it is there already: whoever wrote it may have been cut off before it was on the disk.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    syncFolder(dirname(this.#path));
  }

  /** What is on record, the oldest first, each once. A line that does not read is left out. */
  entries(): readonly NotedErasure[] {
    return existsSync(this.#path) ? read(readFileSync(this.#path, 'utf8')) : [];
  }
}

function read(text: string): NotedErasure[] {
  const byEvent = new Map<string, NotedErasure>();
  for (const line of text.split('\n')) {
    const { data } = Noted.safeParse(valueOf(line));
    if (data !== undefined) byEvent.set(data.event, data);
  }
  return [...byEvent.values()];
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
