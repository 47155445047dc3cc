import type Database from 'better-sqlite3';
import type { VaultChange } from '../store.ts';
import { type Command, command, idKey } from './encode.ts';

/** Writes what a commit brings of evidence. Runs inside the caller's transaction, after the receipts. */
export class AddendaWriter {
  readonly #addendum: Command;
  readonly #due: Command;
  readonly #done: Command;
  readonly #label: Command;
  readonly #flag: Command;

  constructor(db: Database.Database) {
    this.#addendum = command(
      db,
      `INSERT INTO addenda (vault, receipt, number, id, at, log_index, sealed, evidence, proof) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#due = command(
      db,
      `INSERT INTO evidence_due (vault, receipt, number, due_at, looks) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (vault, receipt, number) DO UPDATE SET due_at = excluded.due_at, looks = excluded.looks`,
    );
    this.#done = command(db, 'DELETE FROM evidence_due WHERE vault = ? AND receipt = ? AND number = ?');
    this.#label = command(db, 'INSERT INTO receipt_labels (vault, label_tag, receipt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#flag = command(db, 'UPDATE receipts SET paid_unexplained = ? WHERE vault = ? AND id = ?');
  }

  /** False when the number or the id of an addendum was taken. */
  write(vault: Uint8Array, change: VaultChange): boolean {
    let written = 0;
    for (const { receipt, number, id, at, logIndex, sealed, evidence, proof = null } of change.addenda) {
      const [of, named] = [idKey('receipt', receipt), idKey('addendum', id)];
      written += this.#addendum.run(vault, of, number, named, at, logIndex, sealed, evidence, proof).changes;
    }
    if (written < change.addenda.length) return false;
    for (const { receipt, number, dueAt, looks } of change.dues) {
      if (dueAt === null) this.#done.run(vault, idKey('receipt', receipt), number);
      else this.#due.run(vault, idKey('receipt', receipt), number, dueAt, looks);
    }
    for (const { receipt, labelTag } of change.receiptLabels) this.#label.run(vault, labelTag, idKey('receipt', receipt));
    for (const { receipt, flag } of change.paidUnexplained) this.#flag.run(flag ? 1 : 0, vault, idKey('receipt', receipt));
    return true;
  }
}
