import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import type { CaseFilter, CasePage, CaseStore, StoredCase, StoredCaseEvent, StoredDesk, StoredReviewer } from '../cases.ts';
import { CaseFinder } from './cases-found.ts';
import { bytes, type Command, command, id, idKey, integer, optionalInteger, type Query, query, text, vaultId, vaultKey } from './encode.ts';
import { guarded } from './failure.ts';

type CaseCounts = Awaited<ReturnType<CaseStore['counts']>>;
type Whole = <R>(work: () => R) => R;

const COLUMNS = 'id, desk, vault, receipt, opened_at, state, assigned, decided_before_proof, reopened, revision, sealed';
const REVIEWER = 'id, desk, name, key, auth_hash, added_at, removed_at';

/** The review queue, in SQLite. */
export class SqliteCases implements CaseStore {
  readonly #whole: Whole;
  readonly #page: (filter: CaseFilter) => CasePage;
  readonly #counts: () => CaseCounts;
  readonly #desks: Query;
  readonly #reviewers: Query;
  readonly #reviewer: Query;
  readonly #addDesk: Command;
  readonly #addReviewer: Command;
  readonly #removeReviewer: Command;
  readonly #case: Query;
  readonly #events: Query;
  readonly #over: Query;

  constructor(db: Database.Database, whole: Whole) {
    this.#whole = whole;
    const finder = new CaseFinder(db);
    this.#page = db.transaction((filter: CaseFilter): CasePage => {
      const { keys, next } = finder.find(filter);
      const cases = keys.map((key) => this.#one(key)).filter((one) => one !== null);
      return { cases, next: next === null ? null : id('case', next) };
    });
    this.#desks = query(db, 'SELECT id, name, created_at FROM desks ORDER BY name');
    this.#reviewers = query(db, `SELECT ${REVIEWER} FROM reviewers WHERE desk = ? ORDER BY name`);
    this.#reviewer = query(db, `SELECT ${REVIEWER} FROM reviewers WHERE id = ?`);
    this.#addDesk = command(db, 'INSERT INTO desks (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING');
    this.#addReviewer = command(db, `INSERT INTO reviewers (${REVIEWER}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (desk, name) DO NOTHING`);
    this.#removeReviewer = command(db, 'UPDATE reviewers SET removed_at = ? WHERE id = ? AND removed_at IS NULL');
    this.#case = query(db, `SELECT ${COLUMNS} FROM cases WHERE id = ?`);
    this.#events = query(db, 'SELECT number, at, log_index, sealed FROM case_events WHERE case_id = ? ORDER BY number');
    this.#over = query(db, `SELECT ${COLUMNS} FROM cases WHERE receipt = ? AND vault = ? ORDER BY id DESC`);
    const count = (condition: string): Query => query(db, `SELECT count(*) FROM cases WHERE ${condition}`);
    const [held, cleared] = [count('state <> 1'), count('state = 1')];
    const [again, early] = [count('reopened > 0'), count('decided_before_proof = 1')];
    this.#counts = db.transaction(() => ({
      hold: integer(held.get()?.[0]),
      clear: integer(cleared.get()?.[0]),
      reopened: integer(again.get()?.[0]),
      decidedBeforeProof: integer(early.get()?.[0]),
    }));
  }

  async desks(): Promise<readonly StoredDesk[]> {
    return guarded(() =>
      this.#desks.all().map((found) => ({ id: id('desk', found[0]), name: text(found[1]), createdAt: integer(found[2]) })),
    );
  }

  async reviewers(desk: string): Promise<readonly StoredReviewer[]> {
    return guarded(() => this.#reviewers.all(idKey('desk', desk)).map(toReviewer));
  }

  async reviewer(reviewer: string): Promise<StoredReviewer | null> {
    return guarded(() => {
      const found = this.#reviewer.get(idKey('reviewer', reviewer));
      return found === undefined ? null : toReviewer(found);
    });
  }

  async addDesk({ id: desk, name, createdAt }: StoredDesk): Promise<boolean> {
    return this.#whole(() => this.#addDesk.run(idKey('desk', desk), name, createdAt).changes > 0);
  }

  async addReviewer({ id: reviewer, desk, name, key, authHash, addedAt, removedAt }: StoredReviewer): Promise<boolean> {
    const ids = [idKey('reviewer', reviewer), idKey('desk', desk)];
    return this.#whole(() => this.#addReviewer.run(...ids, name, key, authHash, addedAt, removedAt).changes > 0);
  }

  async removeReviewer(reviewer: string, at: Instant): Promise<boolean> {
    return this.#whole(() => this.#removeReviewer.run(at, idKey('reviewer', reviewer)).changes > 0);
  }

  async case(name: string): Promise<StoredCase | null> {
    return guarded(() => this.#one(idKey('case', name)));
  }

  async events(name: string): Promise<readonly StoredCaseEvent[]> {
    return guarded(() =>
      this.#events.all(idKey('case', name)).map((found) => ({
        case: name,
        number: integer(found[0]),
        at: integer(found[1]),
        logIndex: integer(found[2]),
        sealed: bytes(found[3]),
      })),
    );
  }

  async overReceipt(vault: string, receipt: string): Promise<readonly StoredCase[]> {
    return guarded(() => this.#over.all(idKey('receipt', receipt), vaultKey(vault)).map(toCase));
  }

  async page(filter: CaseFilter): Promise<CasePage> {
    return guarded(() => this.#page(filter));
  }

  async counts(): Promise<CaseCounts> {
    return guarded(() => this.#counts());
  }

  #one(key: Uint8Array): StoredCase | null {
    const found = this.#case.get(key);
    return found === undefined ? null : toCase(found);
  }
}

function toReviewer(found: unknown[]): StoredReviewer {
  return {
    id: id('reviewer', found[0]),
    desk: id('desk', found[1]),
    name: text(found[2]),
    key: bytes(found[3]),
    authHash: bytes(found[4]),
    addedAt: integer(found[5]),
    removedAt: optionalInteger(found[6]),
  };
}

function toCase(found: unknown[]): StoredCase {
  return {
    id: id('case', found[0]),
    desk: id('desk', found[1]),
    vault: vaultId(found[2]),
    receipt: id('receipt', found[3]),
    openedAt: integer(found[4]),
    // A number that stands for neither reads as the one that lets nothing through.
    state: integer(found[5]) === 1 ? 'clear' : 'hold',
    assigned: found[6] === null ? null : id('reviewer', found[6]),
    decidedBeforeProof: integer(found[7]) !== 0,
    reopened: integer(found[8]),
    revision: integer(found[9]),
    sealed: bytes(found[10]),
  };
}
