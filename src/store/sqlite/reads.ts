import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import type { StoredRead } from '../records.ts';
import { bytes, type Command, command, id, idKey, integer, type Query, query } from './encode.ts';

const ID_BYTES = 16;
/** Above every retrieval's id. */
const LAST = Buffer.alloc(ID_BYTES + 1, 0xff);

/** Reads and prunes what grants have been shown. Opens no transaction of its own. */
export class ReadRecords {
  readonly #page: Query;
  readonly #one: Query;
  readonly #all: Query;
  readonly #receipts: Query;
  readonly #inReceipts: Query;
  readonly #alone: Query;
  readonly #prune: Command;

  constructor(db: Database.Database) {
    const columns = 'retrieval, at, rows';
    this.#page = query(
      db,
      `SELECT ${columns} FROM reads WHERE vault = ? AND grant_id = ? AND retrieval < ? ORDER BY retrieval DESC LIMIT ?`,
    );
    this.#one = query(db, 'SELECT 1 FROM reads WHERE vault = ? AND grant_id = ? AND retrieval = ?');
    this.#all = query(db, 'SELECT rows FROM reads WHERE vault = ? AND grant_id = ?');
    this.#receipts = query(db, 'SELECT count(*) FROM receipts WHERE vault = ? AND grant_id = ?');
    this.#alone = query(
      db,
      `SELECT count(*) FROM receipts AS r WHERE vault = ? AND grant_id = ?
         AND NOT EXISTS (SELECT 1 FROM reads AS s WHERE s.vault = r.vault AND s.grant_id = r.grant_id AND s.retrieval = r.retrieval)`,
    );
    this.#inReceipts = query(
      db,
      `SELECT s.row_id FROM receipts AS r JOIN receipt_rows AS s ON s.vault = r.vault AND s.receipt = r.id
       WHERE r.vault = ? AND r.grant_id = ?`,
    );
    this.#prune = command(
      db,
      `DELETE FROM reads WHERE (vault, grant_id, retrieval) IN
         (SELECT vault, grant_id, retrieval FROM reads WHERE at <= ? ORDER BY at LIMIT ?)`,
    );
  }

  /** The newest first; `before` is the retrieval to go on below, or null. */
  page(vault: Uint8Array, grant: string, before: string | null, limit: number): readonly StoredRead[] {
    const below = before === null ? LAST : idKey('retrieval', before);
    return this.#page.all(vault, idKey('grant', grant), below, limit).map((found) => ({
      grant,
      retrieval: id('retrieval', found[0]),
      at: integer(found[1]),
      rows: [...idsIn(bytes(found[2]))].map((key) => id('memory', key)),
    }));
  }

  has(vault: Uint8Array, grant: string, retrieval: string): boolean {
    return this.#one.get(vault, idKey('grant', grant), idKey('retrieval', retrieval)) !== undefined;
  }

  totals(vault: Uint8Array, grant: string): { rows: number; retrievals: number; receipts: number } {
    const key = idKey('grant', grant);
    const rows = new Set<string>();
    let retrievals = 0;
    for (const found of this.#all.iterate(vault, key)) {
      retrievals += 1;
      for (const row of idsIn(bytes(found[0]))) rows.add(Buffer.from(row).toString('latin1'));
    }
    for (const found of this.#inReceipts.iterate(vault, key)) rows.add(Buffer.from(bytes(found[0])).toString('latin1'));
    const [receipts, alone] = [integer(this.#receipts.get(vault, key)?.[0]), integer(this.#alone.get(vault, key)?.[0])];
    return { rows: rows.size, retrievals: retrievals + alone, receipts };
  }

  prune(before: Instant, limit: number): number {
    return this.#prune.run(before, limit).changes;
  }
}

function* idsIn(packed: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + ID_BYTES <= packed.length; at += ID_BYTES) yield packed.subarray(at, at + ID_BYTES);
}
