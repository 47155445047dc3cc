import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { Sha256 } from '../../schemas/primitives.ts';
import type { HeadMarks } from '../app/marks.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { writePrivateFile } from './key-folder.ts';

const MarkFile = z.record(z.string(), z.strictObject({ seq: z.int().min(0), hash: Sha256 }));

type Mark = { readonly seq: number; readonly hash: Uint8Array };

/** High-water marks in the key folder. Raised in memory, written at most once a second, and at the end. */
export class FileMarks implements HeadMarks {
  readonly #path: string;
  readonly #marks = new Map<string, Mark>();
  #timer: NodeJS.Timeout | null = null;

  /** @throws {MemSyncError} `keys_unsafe` when the file does not read: it is not to be ignored. */
  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) return;
    try {
      const marks = MarkFile.parse(JSON.parse(readFileSync(path, 'utf8')));
      for (const [vault, mark] of Object.entries(marks)) this.#marks.set(vault, { seq: mark.seq, hash: fromHex(mark.hash) });
    } catch (cause) {
      throw new MemSyncError('keys_unsafe', `${path} does not read; restore it, or delete it to forget how far each vault had come.`, {
        cause,
      });
    }
  }

  get(vault: string): Mark | null {
    return this.#marks.get(vault) ?? null;
  }

  raise(vault: string, head: Mark): void {
    const known = this.#marks.get(vault);
    if (known !== undefined && head.seq <= known.seq) return;
    this.#marks.set(vault, head);
    this.#timer ??= setTimeout(() => this.flush(), 1000).unref();
  }

  /** Writes what has been raised since. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const marks = Object.fromEntries([...this.#marks].map(([vault, mark]) => [vault, { seq: mark.seq, hash: hex(mark.hash) }]));
    writePrivateFile(this.#path, `${JSON.stringify(marks)}\n`);
  }
}
