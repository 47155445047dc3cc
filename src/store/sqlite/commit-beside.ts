import type Database from 'better-sqlite3';
import { concat } from '../../core/bytes.ts';
import type { VaultChange } from '../store.ts';
import { type Command, command, idKey, NO_BYTES } from './encode.ts';

/** Writes what a commit brings of a vault besides its ledger, its rows and its receipts. Runs inside the caller's transaction. */
export class BesideWriter {
  readonly #served: Command;
  readonly #rewrap: Command;
  readonly #rewrapped: Command;
  readonly #erasure: Command;
  readonly #certificate: Command;

  constructor(db: Database.Database) {
    this.#served = command(db, 'INSERT INTO served (vault, thread_tag, at, retrieval, rows) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
    this.#rewrap = command(
      db,
      `INSERT INTO rewraps (vault, collection, epoch, after_row, done_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (vault, collection, epoch) DO UPDATE SET after_row = excluded.after_row, done_at = excluded.done_at`,
    );
    this.#rewrapped = command(
      db,
      'UPDATE versions SET wrap_epoch = ?, wrapped_key = ? WHERE vault = ? AND collection = ? AND row_id = ? AND version = ?',
    );
    this.#erasure = command(
      db,
      'INSERT INTO erasures (vault, seq, done_at) VALUES (?, ?, ?) ON CONFLICT (vault, seq) DO UPDATE SET done_at = excluded.done_at',
    );
    this.#certificate = command(db, 'INSERT INTO certificates (vault, id, kind, at, log_index, envelope) VALUES (?, ?, ?, ?, ?, ?)');
  }

  write(vault: Uint8Array, change: VaultChange): void {
    for (const { threadTag, at, retrieval, rows } of change.served) {
      const ids = rows.length === 0 ? NO_BYTES : concat(...rows.map((row) => idKey('memory', row)));
      this.#served.run(vault, threadTag, at, idKey('retrieval', retrieval), ids);
    }
    for (const { collection, epoch, afterRow, doneAt } of change.rewraps) {
      const after = afterRow === '' ? NO_BYTES : idKey('memory', afterRow);
      this.#rewrap.run(vault, idKey('collection', collection), epoch, after, doneAt);
    }
    for (const { collection, row, version, wrapEpoch, wrappedKey } of change.rewrapped) {
      this.#rewrapped.run(wrapEpoch, wrappedKey, vault, idKey('collection', collection), idKey('memory', row), version);
    }
    for (const { seq, doneAt } of change.erasures) this.#erasure.run(vault, seq, doneAt);
    for (const { id, kind, at, logIndex, envelope } of change.certificates) {
      this.#certificate.run(vault, idKey('certificate', id), kind, at, logIndex, envelope);
    }
  }
}
