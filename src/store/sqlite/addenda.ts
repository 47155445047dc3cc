import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import type { AddendumStore, KeptAddendum, LabelledPage, StoredAddendum, StoredDue } from '../addenda.ts';
import { bytes, type Command, command, id, idKey, integer, type Query, query, text, vaultKey } from './encode.ts';
import { guarded } from './failure.ts';
import { ReceiptFinder } from './receipts-found.ts';

type Whole = <R>(work: () => R) => R;

const COLUMNS = 'receipt, number, id, at, log_index, sealed, evidence, proof';
const KEPT_COLUMNS = 'receipt, number, id, at, log_index, sealed, length(evidence), proof';
const DUE_COLUMNS = 'receipt, number, due_at, looks';

type QueryName = 'ofReceipt' | 'after' | 'latest' | 'evidence' | 'dueOf' | 'dueIn' | 'pending' | 'due';

/** The statements of `SqliteAddenda`, by what they answer. */
export function addendaQueries(db: Database.Database): Readonly<Record<QueryName, Query>> {
  return {
    ofReceipt: query(db, `SELECT ${KEPT_COLUMNS} FROM addenda WHERE vault = ? AND receipt = ? ORDER BY number`),
    after: query(db, `SELECT ${COLUMNS} FROM addenda WHERE vault = ? AND receipt = ? AND number > ? ORDER BY number`),
    latest: query(db, `SELECT ${KEPT_COLUMNS} FROM addenda WHERE vault = ? AND receipt = ? ORDER BY number DESC LIMIT 1`),
    evidence: query(db, 'SELECT evidence FROM addenda WHERE vault = ? AND receipt = ? AND number = ?'),
    dueOf: query(db, `SELECT ${DUE_COLUMNS} FROM evidence_due WHERE vault = ? AND receipt = ? ORDER BY number`),
    dueIn: query(
      db,
      `SELECT ${DUE_COLUMNS} FROM evidence_due INDEXED BY evidence_due_in WHERE vault = ? AND due_at <= ?
       ORDER BY due_at, receipt, number LIMIT ?`,
    ),
    pending: query(db, 'SELECT count(*) FROM evidence_due'),
    due: query(db, 'SELECT count(*) FROM evidence_due WHERE due_at <= ?'),
  };
}

/** What came after receipts, in SQLite. */
export class SqliteAddenda implements AddendumStore {
  readonly #whole: Whole;
  readonly #read: Whole;
  readonly #queries: ReturnType<typeof addendaQueries>;
  readonly #claim: Command;
  readonly #finder: ReceiptFinder;

  constructor(db: Database.Database, whole: Whole) {
    this.#whole = whole;
    this.#read = (work) => guarded(() => db.transaction(work).deferred());
    this.#queries = addendaQueries(db);
    this.#claim = command(
      db,
      'UPDATE evidence_due SET due_at = ? WHERE vault = ? AND receipt = ? AND number = ? AND due_at = ? AND looks = ?',
    );
    this.#finder = new ReceiptFinder(db);
  }

  async ofReceipt(vault: string, receipt: string): Promise<readonly KeptAddendum[]> {
    return guarded(() => this.#queries.ofReceipt.all(vaultKey(vault), idKey('receipt', receipt)).map(toKept));
  }

  async after(vault: string, receipt: string, number: number, most: number): Promise<readonly StoredAddendum[]> {
    return guarded(() => {
      const found: StoredAddendum[] = [];
      let held = 0;
      for (const row of this.#queries.after.iterate(vaultKey(vault), idKey('receipt', receipt), number)) {
        const one = toAddendum(row);
        held += one.sealed.length + one.evidence.length;
        if (found.length > 0 && held > most) break;
        found.push(one);
      }
      return found;
    });
  }

  async latest(vault: string, receipts: readonly string[]): Promise<ReadonlyMap<string, KeptAddendum>> {
    const key = vaultKey(vault);
    return this.#read(
      () =>
        new Map(
          receipts.flatMap((receipt) =>
            this.#queries.latest.all(key, idKey('receipt', receipt)).map((found) => [receipt, toKept(found)] as const),
          ),
        ),
    );
  }

  async evidence(vault: string, receipt: string, number: number): Promise<Uint8Array | null> {
    return guarded(() => {
      const found = this.#queries.evidence.get(vaultKey(vault), idKey('receipt', receipt), number);
      return found === undefined ? null : bytes(found[0]);
    });
  }

  async dueOf(vault: string, receipt: string): Promise<readonly StoredDue[]> {
    return guarded(() => this.#queries.dueOf.all(vaultKey(vault), idKey('receipt', receipt)).map(toDue));
  }

  async dueIn(vault: string, now: Instant, limit: number): Promise<readonly StoredDue[]> {
    return guarded(() => this.#queries.dueIn.all(vaultKey(vault), now, limit).map(toDue));
  }

  async dueCount(now: Instant): Promise<{ readonly pending: number; readonly due: number }> {
    return this.#read(() => ({
      pending: integer(this.#queries.pending.get()?.[0]),
      due: integer(this.#queries.due.get(now)?.[0]),
    }));
  }

  async claimDue(vault: string, due: StoredDue, until: Instant): Promise<boolean> {
    const params = [until, vaultKey(vault), idKey('receipt', due.receipt), due.number, due.dueAt, due.looks] as const;
    return this.#whole(() => this.#claim.run(...params).changes === 1);
  }

  async labelled(vault: string, labelTag: Uint8Array, grant: string | null, before: string | null, limit: number): Promise<LabelledPage> {
    const anything = { row: null, threadTag: null, paidUnexplained: false, from: null, to: null };
    return this.#read(() => {
      const { keys, next } = this.#finder.find(vaultKey(vault), { ...anything, grant, before, limit, labelTag });
      return { receipts: keys.map((key) => id('receipt', key)), next: next === null ? null : id('receipt', next) };
    });
  }
}

function toAddendum(found: unknown[]): StoredAddendum {
  return { ...toCommon(found), evidence: bytes(found[6]) };
}

function toKept(found: unknown[]): KeptAddendum {
  return { ...toCommon(found), evidenceBytes: integer(found[6]) };
}

function toCommon(found: unknown[]): Omit<StoredAddendum, 'evidence'> {
  return {
    receipt: id('receipt', found[0]),
    number: integer(found[1]),
    id: id('addendum', found[2]),
    at: integer(found[3]),
    logIndex: integer(found[4]),
    sealed: bytes(found[5]),
    ...(found[7] === null ? {} : { proof: text(found[7]) }),
  };
}

function toDue(found: unknown[]): StoredDue {
  return { receipt: id('receipt', found[0]), number: integer(found[1]), dueAt: integer(found[2]), looks: integer(found[3]) };
}
