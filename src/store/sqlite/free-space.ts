import type Database from 'better-sqlite3';
import { fstatSync, fsyncSync, openSync, read, readSync, statSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { MemSyncError } from '../../core/errors.ts';

const readAt = promisify(read);

/** Pages that are looked through at a time. */
const LOOKED = 512;
/** Pages that are cleared while nobody else may write. */
const CLEARED = 2048;
/** From here on, the first byte of a page no longer tells what kind it is of. */
const MOST_PAGES = 0x0200_0000;

/** Length of a page's header by its kind: inner and leaf pages, of indexes and of tables. */
const HEADERS: ReadonlyMap<number, number> = new Map([
  [2, 12],
  [5, 12],
  [10, 8],
  [13, 8],
]);

/**
 * Where a page keeps nothing: between its list of cells and the cells. Null for pages of other kinds, which `secure_delete` clears whole.
 * `header` is where the page's header begins: 100 in the first page, else 0.
 */
export function unusedSpan(page: Uint8Array, header: number, usable: number): { from: number; to: number } | null {
  const length = HEADERS.get(page[header] ?? 0);
  if (length === undefined) return null;
  const u16 = (at: number): number => ((page[at] ?? 0) << 8) | (page[at + 1] ?? 0);
  const from = header + length + 2 * u16(header + 3);
  const to = u16(header + 5) || 65_536;
  return from < to && to <= usable ? { from, to } : null;
}

/**
 * The files that have been looked into, open as long as the process lives: to close a file gives up whatever locks SQLite holds on it in the same
 * process.
 */
const files = new Map<string, number>();

function handleOf(path: string): number {
  const { dev, ino } = statSync(path);
  const name = `${dev}/${ino}`;
  const known = files.get(name);
  if (known !== undefined) return known;
  const file = openSync(path, 'r+');
  files.set(name, file);
  return file;
}

/**
 * `secure_delete` zeroes what is deleted, where it lies. But a page whose cells were dealt out anew, as when a neighbour had no room left,
 * keeps copies of those that went elsewhere in the space that it no longer uses; when they are deleted elsewhere, those copies stay. Here that
 * space is cleared, in the file: SQLite reads nothing of it.
 */
export class FreeSpace {
  readonly #db: Database.Database;
  readonly #path: string;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#path = db.name;
  }

  /**
   * Clears it in every page. `truncate` cuts the write-ahead log back, and says whether it could. False where somebody was reading or writing:
   * it has to be tried again.
   * @throws {MemSyncError} `store_failed` where the database is of more than 33 million pages, or has been made by others
   */
  async clear(truncate: () => boolean): Promise<boolean> {
    if (!truncate()) return false;
    const file = handleOf(this.#path);
    const shape = this.#shape(file);
    const pages = await dirtyPages(file, shape);
    for (let at = 0; at < pages.length; at += CLEARED) {
      if (!truncate() || !this.#zero(file, shape, pages.slice(at, at + CLEARED))) return false;
    }
    return truncate();
  }

  #shape(file: number): Shape {
    const header = Buffer.alloc(100);
    readSync(file, header, 0, 100, 0);
    const size = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    if (fstatSync(file).size / size >= MOST_PAGES || header.readUInt32BE(52) !== 0)
      throw new MemSyncError('store_failed', 'The free space in this database cannot be told from what is in use.');
    return { size, usable: size - (header[20] ?? 0) };
  }

  /** In a transaction, so that nobody writes; and with an empty log of writes, so that nobody brings any of them into the file meanwhile. */
  #zero(file: number, shape: Shape, pages: readonly number[]): boolean {
    const db = this.#db;
    db.prepare('BEGIN IMMEDIATE').run();
    try {
      if (statSync(`${this.#path}-wal`).size > 0) return false;
      const page = Buffer.alloc(shape.size);
      const zeros = Buffer.alloc(shape.size);
      for (const index of pages) {
        if (readSync(file, page, 0, shape.size, index * shape.size) < shape.size) continue;
        const span = dirtySpan(page, index, shape, zeros);
        if (span !== null) writeSync(file, zeros, 0, span.to - span.from, index * shape.size + span.from);
      }
      fsyncSync(file);
      // Whoever has these pages in memory as they were must read them anew: others do, once something has been written.
      db.pragma(`user_version = ${Number(db.pragma('user_version', { simple: true }))}`);
      db.prepare('COMMIT').run();
      return true;
    } finally {
      if (db.inTransaction) db.prepare('ROLLBACK').run();
      db.pragma('shrink_memory');
    }
  }
}

interface Shape {
  /** Bytes of a page, and how many of them SQLite uses. */
  readonly size: number;
  readonly usable: number;
}

/** The pages, by index, that hold anything in space that they do not use. */
async function dirtyPages(file: number, shape: Shape): Promise<number[]> {
  const found: number[] = [];
  const zeros = Buffer.alloc(shape.size);
  const buffer = Buffer.alloc(shape.size * LOOKED);
  for (let first = 0; ; first += LOOKED) {
    const { bytesRead } = await readAt(file, buffer, 0, buffer.length, first * shape.size);
    const pages = Math.floor(bytesRead / shape.size);
    for (let i = 0; i < pages; i++) {
      const page = buffer.subarray(i * shape.size, (i + 1) * shape.size);
      if (dirtySpan(page, first + i, shape, zeros) !== null) found.push(first + i);
    }
    if (pages < LOOKED) return found;
  }
}

function dirtySpan(page: Buffer, index: number, { usable }: Shape, zeros: Buffer): { from: number; to: number } | null {
  const span = unusedSpan(page, index === 0 ? 100 : 0, usable);
  return span === null || page.compare(zeros, 0, span.to - span.from, span.from, span.to) === 0 ? null : span;
}
