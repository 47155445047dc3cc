import type Database from 'better-sqlite3';
import type { CheckpointPlace, CheckpointStore, StoredCheckpoint, VaultBehind } from '../checkpoints.ts';
import { bytes, type Command, command, integer, NO_BYTES, type Query, query, vaultId, vaultKey } from './encode.ts';
import { guarded } from './failure.ts';

type Whole = <R>(work: () => R) => R;

/** Checkpoints of the fold, in SQLite: a row a part. */
export class SqliteCheckpoints implements CheckpointStore {
  readonly #whole: Whole;
  readonly #places: Query;
  readonly #parts: Query;
  readonly #event: Query;
  readonly #behind: Query;
  readonly #add: Command;
  readonly #dropOne: Command;
  readonly #dropAll: Command;

  constructor(db: Database.Database, whole: Whole) {
    this.#whole = whole;
    this.#places = query(db, 'SELECT seq, head FROM fold_checkpoints WHERE vault = ? AND part = 0 ORDER BY seq');
    this.#parts = query(db, 'SELECT head, sealed FROM fold_checkpoints WHERE vault = ? AND seq = ? ORDER BY part');
    this.#event = query(db, 'SELECT 1 FROM events JOIN vaults USING (vault) WHERE vault = ? AND seq = ? AND hash = ?');
    this.#behind = query(
      db,
      `SELECT vault, head_seq, kept FROM
         (SELECT vault, head_seq, coalesce((SELECT max(seq) FROM fold_checkpoints AS c WHERE c.vault = v.vault), -1) AS kept
          FROM vaults AS v WHERE vault > ?)
       WHERE head_seq - kept > ? ORDER BY vault LIMIT ?`,
    );
    this.#add = command(db, 'INSERT INTO fold_checkpoints (vault, seq, part, head, sealed) VALUES (?, ?, ?, ?, ?)');
    this.#dropOne = command(db, 'DELETE FROM fold_checkpoints WHERE vault = ? AND seq = ?');
    this.#dropAll = command(db, 'DELETE FROM fold_checkpoints WHERE vault = ?');
  }

  async places(vault: string): Promise<readonly CheckpointPlace[]> {
    return guarded(() => this.#places.all(vaultKey(vault)).map((found) => ({ seq: integer(found[0]), head: bytes(found[1]) })));
  }

  async read(vault: string, seq: number): Promise<StoredCheckpoint | null> {
    return guarded(() => {
      const found = this.#parts.all(vaultKey(vault), seq);
      const [first] = found;
      return first === undefined ? null : { vault, seq, head: bytes(first[0]), parts: found.map((part) => bytes(part[1])) };
    });
  }

  async keep({ vault, seq, head, parts }: StoredCheckpoint, dropped: readonly number[]): Promise<boolean> {
    const key = vaultKey(vault);
    return this.#whole(() => {
      if (this.#event.get(key, seq, head) === undefined) return false;
      for (const one of [...dropped, seq]) this.#dropOne.run(key, one);
      parts.forEach((part, i) => this.#add.run(key, seq, i, head, part));
      return true;
    });
  }

  async drop(vault: string): Promise<void> {
    const key = vaultKey(vault);
    this.#whole(() => this.#dropAll.run(key));
  }

  async behind(events: number, after: string, limit: number): Promise<readonly VaultBehind[]> {
    const above = after === '' ? NO_BYTES : vaultKey(after);
    return guarded(() =>
      this.#behind
        .all(above, events, limit)
        .map((found) => ({ vault: vaultId(found[0]), seq: integer(found[1]), kept: integer(found[2]) })),
    );
  }
}
