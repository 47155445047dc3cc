import type Database from 'better-sqlite3';
import type { CaseChange, StoredCaseEvent } from '../cases.ts';
import { StoreConflict } from '../store.ts';
import { stateNumber } from './cases-found.ts';
import { type Command, command, idKey, vaultKey } from './encode.ts';

/** Writes what a commit makes of cases. Runs inside the caller's transaction. */
export class CaseWriter {
  readonly #open: Command;
  readonly #move: Command;
  readonly #event: Command;

  constructor(db: Database.Database) {
    this.#open = command(
      db,
      `INSERT INTO cases (state, assigned, decided_before_proof, reopened, revision, sealed, id, desk, vault, receipt, opened_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    );
    // What a case is over, whose, and since when, does not change; and what has been erased of it does not come back.
    this.#move = command(
      db,
      `UPDATE cases SET state = ?, assigned = ?, decided_before_proof = ?, reopened = ?, revision = ?, sealed = ?
       WHERE id = ? AND revision = ? AND length(sealed) > 0`,
    );
    this.#event = command(db, 'INSERT INTO case_events (case_id, number, at, log_index, sealed) VALUES (?, ?, ?, ?, ?)');
  }

  /**
   * In order: a later change of a case is applied on top of an earlier one.
   * @throws {StoreConflict} that names every case whose revision is not what a change of it was built on, or which has been erased since
   */
  write(changes: readonly CaseChange[]): void {
    const moved = new Set<string>();
    for (const change of changes) if (!this.#applies(change)) moved.add(change.next.id);
    if (moved.size > 0) throw new StoreConflict([], false, [...moved]);
  }

  #applies({ expected, next, events }: CaseChange): boolean {
    const key = idKey('case', next.id);
    const assigned = next.assigned === null ? null : idKey('reviewer', next.assigned);
    const flag = next.decidedBeforeProof ? 1 : 0;
    const now = [stateNumber(next.state), assigned, flag, next.reopened, next.revision, next.sealed, key];
    const { changes } =
      expected === null
        ? this.#open.run(...now, idKey('desk', next.desk), vaultKey(next.vault), idKey('receipt', next.receipt), next.openedAt)
        : this.#move.run(...now, expected);
    if (changes === 0) return false;
    for (const event of events) this.#write(key, event);
    return true;
  }

  #write(key: Uint8Array, { number, at, logIndex, sealed }: StoredCaseEvent): void {
    this.#event.run(key, number, at, logIndex, sealed);
  }
}
