import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import { bytes, type Command, command, id, type Query, query } from './encode.ts';

const ID_BYTES = 16;

/** Reads and prunes what threads have been shown. Like `CommitWriter` it opens no transaction of its own. */
export class ServedRecords {
  readonly #to: Query;
  readonly #prune: Command;

  constructor(db: Database.Database) {
    this.#to = query(db, 'SELECT rows FROM served WHERE vault = ? AND thread_tag = ? ORDER BY at DESC LIMIT ?');
    this.#prune = command(
      db,
      `DELETE FROM served WHERE (vault, thread_tag, at, retrieval) IN
         (SELECT vault, thread_tag, at, retrieval FROM served WHERE at <= ? ORDER BY at LIMIT ?)`,
    );
  }

  /** The rows that a thread's latest retrievals showed it, latest first, each once. */
  to(vault: Uint8Array, threadTag: Uint8Array, retrievals: number): readonly string[] {
    const rows = new Set<string>();
    for (const found of this.#to.all(vault, threadTag, retrievals)) {
      const ids = bytes(found[0]);
      for (let at = 0; at + ID_BYTES <= ids.length; at += ID_BYTES) rows.add(id('memory', ids.subarray(at, at + ID_BYTES)));
    }
    return [...rows];
  }

  prune(before: Instant, limit: number): number {
    return this.#prune.run(before, limit).changes;
  }
}
