import type Database from 'better-sqlite3';
import type { StoredCosigned, StoredWitness, WitnessStore } from '../witnesses.ts';
import { type Command, command, integer, optionalInteger, optionalText, type Query, query, text } from './encode.ts';
import { guarded } from './failure.ts';

type Whole = <R>(work: () => R) => R;

/** What witnesses have said, in SQLite. */
export class SqliteWitnesses implements WitnessStore {
  readonly #whole: Whole;
  readonly #after: Query;
  readonly #at: Query;
  readonly #put: Command;
  readonly #prune: Command;
  readonly #all: Query;
  readonly #note: Command;

  constructor(db: Database.Database, whole: Whole) {
    this.#whole = whole;
    const select = 'SELECT size, checkpoint, revision FROM cosigned_checkpoints WHERE origin = ?';
    this.#after = query(db, `${select} AND revision > ? ORDER BY revision`);
    this.#at = query(db, `${select} AND size = ?`);
    this.#put = command(
      db,
      `INSERT INTO cosigned_checkpoints (origin, size, checkpoint, revision)
         VALUES (?, ?, ?, (SELECT coalesce(max(revision), 0) + 1 FROM cosigned_checkpoints WHERE origin = ?))
       ON CONFLICT (origin, size) DO UPDATE SET checkpoint = excluded.checkpoint, revision = excluded.revision`,
    );
    this.#prune = command(
      db,
      `DELETE FROM cosigned_checkpoints WHERE origin = ? AND size NOT IN (?, ?)
         AND size <= (SELECT size FROM cosigned_checkpoints WHERE origin = ? ORDER BY size DESC LIMIT 1 OFFSET ?)`,
    );
    this.#all = query(
      db,
      'SELECT cosigner, size, asked_at, cosigned_at, refusal, refused_since, refused_times FROM witnesses WHERE origin = ? ORDER BY cosigner',
    );
    this.#note = command(
      db,
      `INSERT OR REPLACE INTO witnesses (origin, cosigner, size, asked_at, cosigned_at, refusal, refused_since, refused_times)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  async cosigned(origin: string, after: number): Promise<readonly StoredCosigned[]> {
    return guarded(() => this.#after.all(origin, after).map(toCosigned));
  }

  async cosignedAt(origin: string, size: number): Promise<StoredCosigned | null> {
    return guarded(() => {
      const found = this.#at.get(origin, size);
      return found === undefined ? null : toCosigned(found);
    });
  }

  async keepCosigned(
    origin: string,
    { size, checkpoint }: Pick<StoredCosigned, 'size' | 'checkpoint'>,
    before: string | null,
    { newest, spared }: { readonly newest: number; readonly spared: number },
  ): Promise<boolean> {
    return this.#whole(() => {
      const there = this.#at.get(origin, size);
      if ((there === undefined ? null : toCosigned(there).checkpoint) !== before) return false;
      this.#put.run(origin, size, checkpoint, origin);
      this.#prune.run(origin, size, spared, origin, newest);
      return true;
    });
  }

  async witnesses(origin: string): Promise<readonly StoredWitness[]> {
    return guarded(() => this.#all.all(origin).map(toWitness));
  }

  async noteWitness(origin: string, { cosigner, size, askedAt, cosignedAt, refusal }: StoredWitness): Promise<void> {
    const { reason = null, since = null, times = 0 } = refusal ?? {};
    this.#whole(() => this.#note.run(origin, cosigner, size, askedAt, cosignedAt, reason, since, times));
  }
}

function toCosigned(found: unknown[]): StoredCosigned {
  return { size: integer(found[0]), checkpoint: text(found[1]), revision: integer(found[2]) };
}

function toWitness(found: unknown[]): StoredWitness {
  const [reason, since] = [optionalText(found[4]), optionalInteger(found[5])];
  return {
    cosigner: text(found[0]),
    size: integer(found[1]),
    askedAt: integer(found[2]),
    cosignedAt: optionalInteger(found[3]),
    refusal: reason === null || since === null ? null : { reason, since, times: integer(found[6]) },
  };
}
