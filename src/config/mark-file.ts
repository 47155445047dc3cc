import { existsSync, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { Sha256, VaultId } from '../../schemas/primitives.ts';
import type { HeadMarks, OthersMark } from '../app/marks.ts';
import { equalBytes, fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { withLock } from './file-lock.ts';
import { writePrivateFile } from './private-file.ts';

const MarkFile = z.record(z.string(), z.strictObject({ seq: z.int().min(0), hash: Sha256 }));

/** How long requests may be held up while another process writes its marks. */
const BRIEFLY_MS = 50;

type Mark = { readonly seq: number; readonly hash: Uint8Array };

/** High-water marks in the key folder. Raised in memory, written at most once a second, and at the end; several processes may share the file. */
export class FileMarks implements HeadMarks {
  readonly #path: string;
  readonly #marks: Map<string, Mark>;
  /** The file as it was last read or written here, and what told it from others. */
  #file: ReadonlyMap<string, Mark>;
  #print: string;
  /** What others have written, until somebody asks for it. */
  readonly #others = new Map<string, OthersMark>();
  #raised = false;
  #timer: NodeJS.Timeout | null = null;

  /** @throws {MemSyncError} `keys_unsafe` when the file does not read: it is not to be ignored. */
  constructor(path: string) {
    this.#path = path;
    this.#print = printOf(path);
    this.#file = readMarks(path);
    this.#marks = new Map(this.#file);
  }

  get(vault: string): Mark | null {
    return this.#marks.get(vault) ?? null;
  }

  /** The vaults that there are marks of. */
  vaults(): string[] {
    return [...this.#marks.keys()].filter((name) => VaultId.safeParse(name).success);
  }

  raise(vault: string, head: Mark): void {
    const known = this.#marks.get(vault);
    if (known !== undefined && head.seq <= known.seq) return;
    this.#marks.set(vault, head);
    this.#raised = true;
    this.#timer ??= setTimeout(() => this.#flushLater(), 1000).unref();
  }

  /** @throws {MemSyncError} `keys_unsafe` when the file does not read */
  others(): readonly OthersMark[] {
    const print = printOf(this.#path);
    if (print !== this.#print) {
      // A write that comes in between is seen the next time.
      this.#print = print;
      this.#see(readMarks(this.#path));
    }
    const others = [...this.#others.values()];
    this.#others.clear();
    return others;
  }

  /** Notes what in the file is not from here. */
  #see(file: ReadonlyMap<string, Mark>): void {
    for (const [name, mark] of file) {
      const before = this.#file.get(name);
      const same = before !== undefined && before.seq === mark.seq && equalBytes(before.hash, mark.hash);
      if (!same) this.#others.set(name, { name, ...mark });
    }
    this.#file = file;
  }

  /**
   * Writes what has been raised since, on top of what other processes have written.
   * @param patienceMs how long other processes that write may hold this one up
   * @throws {MemSyncError} `keys_unsafe` when the file does not read; `data_in_use` when the patience is at its end
   */
  flush(patienceMs?: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#raised) return;
    locked(this.#path, () => this.#merge(), patienceMs);
    this.#raised = false;
  }

  #merge(): void {
    const file = readMarks(this.#path);
    this.#see(file);
    for (const [vault, mark] of file) {
      const known = this.#marks.get(vault);
      // Of two at one place the one that is written stays: it may be the trace of another copy.
      if (known === undefined || known.seq <= mark.seq) this.#marks.set(vault, mark);
    }
    writeMarks(this.#path, this.#marks);
    this.#file = new Map(this.#marks);
    this.#print = printOf(this.#path);
  }

  #flushLater(): void {
    try {
      this.flush(BRIEFLY_MS);
    } catch {
      // A full disk must not take the service down: the next raise tries again, and the flush at the end says so aloud.
    }
  }
}

/** Sets marks to where a restore has put their vaults, which may be back: no process may hold the file's marks in memory. */
export function lowerMarks(path: string, to: readonly (readonly [vault: string, mark: Mark])[]): void {
  if (to.length > 0) locked(path, () => writeMarks(path, new Map([...readMarks(path), ...to])));
}

function locked(path: string, work: () => void, patienceMs?: number): void {
  withLock(`${path}.lock`, work, patienceMs);
}

/** What tells one writing of the file from another: each puts another file in its place. */
function printOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}

function writeMarks(path: string, marks: ReadonlyMap<string, Mark>): void {
  const written = Object.fromEntries([...marks].map(([vault, mark]) => [vault, { seq: mark.seq, hash: hex(mark.hash) }]));
  writePrivateFile(path, `${JSON.stringify(written)}\n`);
}

function readMarks(path: string): Map<string, Mark> {
  if (!existsSync(path)) return new Map();
  try {
    const marks = MarkFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    return new Map(Object.entries(marks).map(([vault, mark]) => [vault, { seq: mark.seq, hash: fromHex(mark.hash) }]));
  } catch (cause) {
    throw new MemSyncError('keys_unsafe', `${path} does not read; restore it, or delete it to forget how far each vault had come.`, {
      cause,
    });
  }
}
