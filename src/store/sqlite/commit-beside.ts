import type Database from 'better-sqlite3';
import type { StoredReseal } from '../records.ts';
import type { VaultChange } from '../store.ts';
import { type Command, command, idKey, packedRows, placeKey } from './encode.ts';

/** Writes what a commit brings of a vault besides its ledger, its rows and its receipts. Runs inside the caller's transaction. */
export class BesideWriter {
  readonly #served: Command;
  readonly #read: Command;
  readonly #rewrap: Command;
  readonly #rewrapped: Command;
  readonly #resealed: Readonly<Record<StoredReseal['kind'], Command>>;
  readonly #erasure: Command;
  readonly #certificate: Command;
  readonly #snapshots: Command;
  readonly #oldSnapshot: Command;
  readonly #vector: Command;
  readonly #oldVectors: Command;
  readonly #unsure: Command;

  constructor(db: Database.Database) {
    this.#served = command(db, 'INSERT INTO served (vault, thread_tag, at, retrieval, rows) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
    this.#read = command(db, 'INSERT INTO reads (vault, grant_id, retrieval, at, rows) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
    this.#rewrap = command(
      db,
      `INSERT INTO rewraps AS known (vault, collection, epoch, after_row, after_receipt, done_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (vault, collection, epoch) DO UPDATE
         SET after_row = excluded.after_row, after_receipt = excluded.after_receipt, done_at = excluded.done_at
         WHERE known.done_at IS NULL AND excluded.after_row >= known.after_row
           AND (known.after_receipt IS NULL OR excluded.after_receipt >= known.after_receipt)`,
    );
    this.#rewrapped = command(
      db,
      `UPDATE versions SET wrap_epoch = ?, wrapped_key = ?
       WHERE vault = ? AND collection = ? AND row_id = ? AND version = ? AND wrap_epoch < ?`,
    );
    this.#resealed = {
      receipt: command(db, 'UPDATE receipts SET sealed = ? WHERE vault = ? AND id = ? AND sealed = ?'),
      retrieval: command(db, 'UPDATE retrievals SET sealed = ? WHERE vault = ? AND id = ? AND sealed = ?'),
      'receipt-row': command(db, 'UPDATE receipt_rows SET sealed = ? WHERE vault = ? AND receipt = ? AND position = ? AND sealed = ?'),
      addendum: command(db, 'UPDATE addenda SET sealed = ? WHERE vault = ? AND receipt = ? AND number = ? AND sealed = ?'),
      evidence: command(db, 'UPDATE addenda SET evidence = ? WHERE vault = ? AND receipt = ? AND number = ? AND evidence = ?'),
    };
    this.#erasure = command(
      db,
      'INSERT INTO erasures (vault, seq, done_at) VALUES (?, ?, ?) ON CONFLICT (vault, seq) DO UPDATE SET done_at = excluded.done_at',
    );
    this.#certificate = command(
      db,
      'INSERT INTO certificates (vault, id, kind, at, log_index, envelope, proof) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#snapshots = command(db, 'DELETE FROM row_snapshots WHERE vault = ?');
    this.#oldSnapshot = command(db, 'DELETE FROM row_snapshots WHERE vault = ? AND collection = ? AND epoch < ?');
    this.#vector = command(
      db,
      `INSERT INTO row_vectors (vault, collection, row_id, version, epoch, sealed) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (vault, collection, row_id, version) DO UPDATE SET epoch = excluded.epoch, sealed = excluded.sealed`,
    );
    this.#unsure = command(db, 'UPDATE row_states SET due_at = NULL WHERE vault = ? AND row_id = ?');
    this.#oldVectors = command(db, 'DELETE FROM row_vectors WHERE vault = ? AND collection = ? AND epoch < ?');
  }

  write(vault: Uint8Array, change: VaultChange): void {
    for (const { threadTag, at, retrieval, rows } of change.served) {
      this.#served.run(vault, threadTag, at, idKey('retrieval', retrieval), packedRows(rows));
    }
    for (const { grant, retrieval, at, rows } of change.reads) {
      this.#read.run(vault, idKey('grant', grant), idKey('retrieval', retrieval), at, packedRows(rows));
    }
    for (const { collection, epoch, afterRow, afterReceipt, doneAt } of change.rewraps) {
      const [row, receipt] = [placeKey('memory', afterRow), afterReceipt === null ? null : placeKey('receipt', afterReceipt)];
      this.#rewrap.run(vault, idKey('collection', collection), epoch, row, receipt, doneAt);
      this.#oldSnapshot.run(vault, idKey('collection', collection), epoch);
      this.#oldVectors.run(vault, idKey('collection', collection), epoch);
    }
    for (const { collection, row, version, wrapEpoch, wrappedKey } of change.rewrapped) {
      this.#rewrapped.run(wrapEpoch, wrappedKey, vault, idKey('collection', collection), idKey('memory', row), version, wrapEpoch);
    }
    for (const row of change.unsure ?? []) this.#unsure.run(vault, idKey('memory', row));
    for (const record of change.resealed) this.#reseal(vault, record);
    for (const { seq, doneAt } of change.erasures) this.#erasure.run(vault, seq, doneAt);
    // What is erased may be in any of them.
    if (change.erasures.length > 0) this.#snapshots.run(vault);
    for (const { collection, row, version, epoch, sealed } of change.vectors) {
      this.#vector.run(vault, idKey('collection', collection), idKey('memory', row), version, epoch, sealed);
    }
    for (const { id, kind, at, logIndex, envelope, proof = null } of change.certificates) {
      this.#certificate.run(vault, idKey('certificate', id), kind, at, logIndex, envelope, proof);
    }
  }

  #reseal(vault: Uint8Array, record: StoredReseal): void {
    const { kind, id, before, sealed } = record;
    if (kind === 'receipt-row') this.#resealed[kind].run(sealed, vault, idKey('receipt', id), record.position, before);
    else if (kind === 'addendum' || kind === 'evidence')
      this.#resealed[kind].run(sealed, vault, idKey('receipt', id), record.number, before);
    else this.#resealed[kind].run(sealed, vault, idKey(kind, id), before);
  }
}
