import type Database from 'better-sqlite3';
import { equalBytes } from '../../core/bytes.ts';
import type { CaseFilter } from '../cases.ts';
import { bytes, idKey, integer, type Param, type Query, query, vaultKey } from './encode.ts';
import { type FoundKeys, IndexWalk, keyBelow, LAST_KEY, within } from './index-walk.ts';

const FIRST_KEY = new Uint8Array(16);
/** How many rows one page may look through: each may lie in a page of the file that is not in memory. */
const LOOKS = 256;
const NONE: FoundKeys = { keys: [], next: null };

/** A condition of a filter with the index that has the cases which fulfil it, in the order of their ids. */
interface Condition {
  readonly along: string;
  readonly params: readonly Param[];
  readonly holds: (found: unknown[]) => boolean;
}

const COLUMNS = 'id, desk, vault, receipt, state, assigned, decided_before_proof, reopened';

/**
 * Finds cases, newest first, by pages whose cost does not grow with how many there are. One condition is read off its own index. Of several the
 * one that is likely to be the rarest is read off its index, and the others off the rows there, of which a page looks at no more than `LOOKS`:
 * all that a case is found by stands at the beginning of its row.
 */
export class CaseFinder {
  readonly #db: Database.Database;
  readonly #walk: IndexWalk;
  readonly #scans = new Map<string, Query>();

  constructor(db: Database.Database) {
    this.#db = db;
    this.#walk = new IndexWalk(db);
  }

  /** Of a filter that names neither a desk nor a vault, none. */
  find(filter: CaseFilter): FoundKeys {
    const top = filter.before === null ? LAST_KEY : keyBelow(idKey('case', filter.before));
    const [first, ...rest] = conditionsOf(filter);
    if (top === null || first === undefined || (filter.desk === null && filter.vault === null)) return NONE;
    if (rest.length > 0) return this.#scan(first, rest, top, filter.limit);
    return this.#walk.find([{ sql: keysAlong(first.along), params: first.params }], top, FIRST_KEY, filter.limit);
  }

  #scan({ along, params }: Condition, rest: readonly Condition[], top: Uint8Array, limit: number): FoundKeys {
    const scan = this.#scans.get(along) ?? query(this.#db, rowsAlong(along));
    this.#scans.set(along, scan);
    const keys: Uint8Array[] = [];
    let seen = 0;
    let last: Uint8Array | null = null;
    for (const found of scan.iterate(...params, top, FIRST_KEY, LOOKS + 1)) {
      if (seen === LOOKS || keys.length === limit) return { keys, next: last };
      seen += 1;
      last = bytes(found[0]);
      if (rest.every(({ holds }) => holds(found))) keys.push(last);
    }
    return { keys, next: null };
  }
}

/** What finds the keys of one condition alone, off its index and nothing else. */
export function keysAlong(along: string): string {
  return `SELECT id FROM cases INDEXED BY ${along} AND ${within('id')}`;
}

/** What finds the rows of one condition, to be looked through for others. */
export function rowsAlong(along: string): string {
  return `SELECT ${COLUMNS} FROM cases INDEXED BY ${along} AND ${within('id')}`;
}

export function stateNumber(state: 'hold' | 'clear'): number {
  return state === 'clear' ? 1 : 0;
}

/** The conditions of a filter, the first of them with an index to go along; the rarer first. */
export function conditionsOf({ desk, vault, receipt, state, assigned, decidedBeforeProof, reopened }: CaseFilter): Condition[] {
  const all: Condition[] = [];
  const own = desk === null ? null : idKey('desk', desk);
  // Without a desk these have no index of their own, and come after what has.
  const later: Condition[] = [];
  const add = (along: string, more: readonly Param[], holds: Condition['holds']): void => {
    if (own === null) later.push({ along, params: [], holds });
    else all.push({ along, params: [own, ...more], holds: (found) => isKey(found[1], own) && holds(found) });
  };
  if (receipt !== null) {
    const key = idKey('receipt', receipt);
    all.push({ along: 'cases_receipt WHERE receipt = ?', params: [key], holds: (found) => isKey(found[3], key) });
  }
  if (decidedBeforeProof) add('cases_desk_early WHERE desk = ? AND decided_before_proof = 1', [], (found) => integer(found[6]) === 1);
  if (reopened) add('cases_desk_reopened WHERE desk = ? AND reopened > 0', [], (found) => integer(found[7]) > 0);
  if (assigned !== null) {
    const key = idKey('reviewer', assigned);
    add('cases_desk_assigned WHERE desk = ? AND assigned = ?', [key], (found) => isKey(found[5], key));
  }
  if (vault !== null) {
    const key = vaultKey(vault);
    all.push({ along: 'cases_vault WHERE vault = ?', params: [key], holds: (found) => isKey(found[2], key) });
  }
  if (state !== null) {
    const number = stateNumber(state);
    add('cases_desk_state WHERE desk = ? AND state = ?', [number], (found) => integer(found[4]) === number);
  }
  // What says nothing of the desk by itself needs somebody beside it who does.
  const isDeskNamed = all.some(({ params }) => params[0] === own);
  if (own !== null && !isDeskNamed) add('cases_desk WHERE desk = ?', [], () => true);
  return [...all, ...later];
}

function isKey(value: unknown, key: Uint8Array): boolean {
  return value !== null && equalBytes(bytes(value), key);
}
