import type Database from 'better-sqlite3';
import { concat } from '../../core/bytes.ts';
import type { ReceiptLabel } from '../addenda.ts';
import { StoreConflict } from '../store.ts';
import type { EvidencePart } from '../transfer.ts';
import { bytes, type Command, command, id, idKey, integer, NO_BYTES, type Query, query } from './encode.ts';

/** What vaults take along of evidence. Opens no transaction of its own. */
export class TransferEvidence {
  readonly #labels: Query;
  readonly #piece: Query;
  readonly #grow: Command;
  readonly #parted: Query;
  readonly #leave: Command;
  readonly #flags: Command;
  readonly #orphans: Command;

  constructor(db: Database.Database) {
    this.#labels = query(
      db,
      `SELECT label_tag, receipt FROM receipt_labels WHERE vault = ? AND (label_tag, receipt) > (?, ?)
       ORDER BY label_tag, receipt LIMIT ?`,
    );
    this.#piece = query(db, 'SELECT evidence FROM addenda WHERE vault = ? AND receipt = ? AND number = ?');
    this.#grow = command(db, 'UPDATE addenda SET evidence = ? WHERE vault = ? AND receipt = ? AND number = ?');
    const parted = `SELECT staged.receipt FROM addenda staged
      JOIN addenda here ON here.vault = ? AND here.receipt = staged.receipt AND here.number = staged.number
      WHERE staged.vault = ? AND staged.id <> here.id`;
    this.#parted = query(
      db,
      `SELECT count(*) FROM addenda staged WHERE staged.vault = ? AND staged.receipt IN (${parted})
         AND NOT EXISTS (SELECT 1 FROM addenda here WHERE here.vault = ? AND here.id = staged.id)`,
    );
    this.#leave = command(db, `DELETE FROM addenda WHERE vault = ? AND receipt IN (${parted})`);
    this.#flags = command(
      db,
      `UPDATE receipts SET paid_unexplained = staged.paid_unexplained FROM receipts staged
       WHERE receipts.vault = ? AND staged.vault = ? AND staged.id = receipts.id
         AND EXISTS (SELECT 1 FROM addenda more WHERE more.vault = staged.vault AND more.receipt = staged.id
           AND NOT EXISTS (SELECT 1 FROM addenda here
             WHERE here.vault = receipts.vault AND here.receipt = more.receipt AND here.number = more.number))`,
    );
    this.#orphans = command(
      db,
      `DELETE FROM evidence_due WHERE vault = ? AND NOT EXISTS (SELECT 1 FROM addenda
         WHERE addenda.vault = evidence_due.vault AND addenda.receipt = evidence_due.receipt AND addenda.number = evidence_due.number)`,
    );
  }

  labels(vault: Uint8Array, after: ReceiptLabel | null, limit: number): readonly ReceiptLabel[] {
    const from = after === null ? [NO_BYTES, NO_BYTES] : [after.labelTag, idKey('receipt', after.receipt)];
    return this.#labels.all(vault, ...from, limit).map((found) => ({ labelTag: bytes(found[0]), receipt: id('receipt', found[1]) }));
  }

  /** Adds to the artefacts that an import has brought a part of. @throws {StoreConflict} where there is nothing to add to */
  grow(vault: Uint8Array, parts: readonly EvidencePart[], named: string): void {
    for (const { receipt, number, from, sealed } of parts) {
      const place = [vault, idKey('receipt', receipt), number] as const;
      const found = this.#piece.get(...place);
      if (found === undefined || bytes(found[0]).length !== from) throw new StoreConflict([named], false);
      this.#grow.run(concat(bytes(found[0]), sealed), ...place);
    }
  }

  /**
   * Makes ready what has been staged for being added to what is here. Where two services have added other evidence to one receipt, what was
   * added here stands; returns how much of the other's is left out.
   */
  makeWay(here: Uint8Array, staged: Uint8Array): number {
    const left = integer(this.#parted.get(staged, here, staged, here)?.[0]);
    this.#leave.run(staged, here, staged);
    this.#flags.run(here, staged);
    return left;
  }

  /** Takes away what is pending of evidence that is not there. */
  forgetOrphans(vault: Uint8Array): void {
    this.#orphans.run(vault);
  }
}
