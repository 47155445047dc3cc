import type Database from 'better-sqlite3';
import type { SnapshotStore, StoredSnapshot } from '../snapshots.ts';
import { bytes, type Command, command, idKey, integer, type Query, query, vaultKey } from './encode.ts';
import { guarded } from './failure.ts';

type Whole = <R>(work: () => R) => R;

/** Row snapshots, in SQLite: a row a part. */
export class SqliteSnapshots implements SnapshotStore {
  readonly #whole: Whole;
  readonly #parts: Query;
  readonly #there: Query;
  readonly #fits: Query;
  readonly #add: Command;
  readonly #dropOne: Command;
  readonly #dropAll: Command;

  constructor(db: Database.Database, whole: Whole) {
    this.#whole = whole;
    this.#parts = query(db, 'SELECT epoch, seq, head, sealed FROM row_snapshots WHERE vault = ? AND collection = ? ORDER BY part');
    this.#there = query(db, 'SELECT seq FROM row_snapshots WHERE vault = ? AND collection = ? ORDER BY part LIMIT 1');
    this.#fits = query(
      db,
      `SELECT 1 FROM events AS e JOIN vaults USING (vault) WHERE e.vault = ? AND e.seq = ? AND e.hash = ?
         AND NOT EXISTS (SELECT 1 FROM erasures WHERE vault = e.vault AND seq > e.seq)
         AND NOT EXISTS (SELECT 1 FROM rewraps WHERE vault = e.vault AND collection = ? AND epoch > ?)`,
    );
    this.#add = command(db, 'INSERT INTO row_snapshots (vault, collection, part, epoch, seq, head, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#dropOne = command(db, 'DELETE FROM row_snapshots WHERE vault = ? AND collection = ?');
    this.#dropAll = command(db, 'DELETE FROM row_snapshots WHERE vault = ?');
  }

  async read(vault: string, collection: string): Promise<StoredSnapshot | null> {
    return guarded(() => {
      const found = this.#parts.all(vaultKey(vault), idKey('collection', collection));
      const [first] = found;
      if (first === undefined) return null;
      const [epoch, seq, head] = [integer(first[0]), integer(first[1]), bytes(first[2])];
      return { vault, collection, epoch, seq, head, parts: found.map((part) => bytes(part[3])) };
    });
  }

  async keep(snapshot: StoredSnapshot, over: number | null): Promise<boolean> {
    const { epoch, seq, head, parts } = snapshot;
    const [vault, collection] = [vaultKey(snapshot.vault), idKey('collection', snapshot.collection)];
    return this.#whole(() => {
      const there = this.#there.get(vault, collection);
      if ((there === undefined ? null : integer(there[0])) !== over) return false;
      if (this.#fits.get(vault, seq, head, collection, epoch) === undefined) return false;
      this.#dropOne.run(vault, collection);
      parts.forEach((part, i) => this.#add.run(vault, collection, i, epoch, seq, head, part));
      return true;
    });
  }

  async drop(vault: string): Promise<void> {
    const key = vaultKey(vault);
    this.#whole(() => this.#dropAll.run(key));
  }
}
