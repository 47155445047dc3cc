import type Database from 'better-sqlite3';
import type { HeadStore, LoggedHead, UnloggedHead } from '../heads.ts';
import { StoreConflict } from '../store.ts';
import { bytes, type Command, command, integer, NO_BYTES, type Query, query, vaultId, vaultKey } from './encode.ts';
import { guarded } from './failure.ts';

const COLUMNS = 'vault, seq, hash, salt, at, log_index';

/** Vaults' heads in the log, in SQLite. */
export class SqliteHeads implements HeadStore {
  readonly #unlogged: Query;
  readonly #page: Query;
  readonly #latest: Query;
  readonly #moved: Command;
  readonly #add: Command;

  constructor(db: Database.Database) {
    this.#unlogged = query(
      db,
      `SELECT vault, head_seq, head_hash, head_at FROM vaults
       WHERE logged_seq < head_seq AND (head_at, vault) > (?, ?) ORDER BY head_at, vault LIMIT ?`,
    );
    this.#page = query(db, `SELECT ${COLUMNS} FROM logged_heads WHERE vault = ? AND seq >= ? ORDER BY seq LIMIT ?`);
    this.#latest = query(db, `SELECT ${COLUMNS} FROM logged_heads WHERE vault = ? ORDER BY seq DESC LIMIT 1`);
    this.#moved = command(db, 'UPDATE vaults SET logged_seq = ? WHERE vault = ? AND logged_seq < ?');
    this.#add = command(db, `INSERT INTO logged_heads (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
  }

  async unlogged(after: Pick<UnloggedHead, 'at' | 'vault'> | null, limit: number): Promise<readonly UnloggedHead[]> {
    const [at, vault] = after === null ? [Number.MIN_SAFE_INTEGER, NO_BYTES] : [after.at, vaultKey(after.vault)];
    return guarded(() =>
      this.#unlogged
        .all(at, vault, limit)
        .map((found) => ({ vault: vaultId(found[0]), seq: integer(found[1]), hash: bytes(found[2]), at: integer(found[3]) })),
    );
  }

  async page(vault: string, from: number, limit: number): Promise<readonly LoggedHead[]> {
    return guarded(() => this.#page.all(vaultKey(vault), from, limit).map(toLogged));
  }

  async latest(vault: string): Promise<LoggedHead | null> {
    return guarded(() => {
      const found = this.#latest.get(vaultKey(vault));
      return found === undefined ? null : toLogged(found);
    });
  }

  /** Writes those of a commit, inside its transaction. @throws {StoreConflict} where the log has as late a head of a vault already */
  write(heads: readonly LoggedHead[]): void {
    const taken: string[] = [];
    for (const { vault, seq, hash, salt, at, logIndex } of heads) {
      const key = vaultKey(vault);
      if (this.#moved.run(seq, key, seq).changes === 0) taken.push(vault);
      else this.#add.run(key, seq, hash, salt, at, logIndex);
    }
    if (taken.length > 0) throw new StoreConflict(taken, false);
  }
}

function toLogged(found: unknown[]): LoggedHead {
  return {
    vault: vaultId(found[0]),
    seq: integer(found[1]),
    hash: bytes(found[2]),
    salt: bytes(found[3]),
    at: integer(found[4]),
    logIndex: integer(found[5]),
  };
}
