import { join } from 'node:path';
import Database from 'better-sqlite3';
import { repeats, type Subject } from './pace.ts';

/** A table of one blob a row in a database of its own, written with the same durability: a write-ahead log, fsynced at each commit. */
export class RawInserts {
  readonly #db: Database.Database;

  constructor(folder: string) {
    this.#db = new Database(join(folder, 'raw.db'));
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.exec('CREATE TABLE raw (id INTEGER PRIMARY KEY, body BLOB NOT NULL)');
  }

  /** Transactions of `rows` inserts of `bytes` bytes each. */
  subject(rows: number, bytes: number): Subject {
    const insert = this.#db.prepare('INSERT INTO raw (body) VALUES (?)');
    const body = Buffer.alloc(bytes, 0x5a);
    const transaction = this.#db.transaction(() => {
      for (let i = 0; i < rows; i += 1) insert.run(body);
    });
    return repeats(() => transaction.immediate());
  }

  close(): void {
    this.#db.close();
  }
}
