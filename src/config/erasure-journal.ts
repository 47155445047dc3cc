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
    if (this.entries().some(({ event }) => event === erasure.event)) return;
    // A line that was cut off by a crash is ended first.
    const cut = existsSync(this.#path) && !/(?:^|\n)$/.test(readFileSync(this.#path, 'utf8'));
    const isNew = !existsSync(this.#path);
    const file = openSync(this.#path, 'a', 0o600);
    try {
      appendFileSync(file, `${cut ? '\n' : ''}${JSON.stringify(erasure)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (isNew) syncFolder(dirname(this.#path));
  }

  /** What is on record, the oldest first. A line that does not read is left out. */
  entries(): readonly NotedErasure[] {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const parsed = Noted.safeParse(valueOf(line));
        return parsed.success ? [parsed.data] : [];
      });
  }
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
