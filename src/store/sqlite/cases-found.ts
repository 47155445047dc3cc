import type Database from 'better-sqlite3';
import type { CaseFilter } from '../cases.ts';
import { bytes, idKey, integer, type Param, type Query, query, vaultKey } from './encode.ts';
import { type FoundKeys, IndexWalk, keyBelow, LAST_KEY, type Source, STEPS, within } from './index-walk.ts';

const FIRST_KEY = new Uint8Array(16);
const NONE: FoundKeys = { keys: [], next: null };

/** Finds cases, newest first, by pages whose cost does not grow with how many there are. */
export class CaseFinder {
  readonly #walk: IndexWalk;
  readonly #scans: Readonly<Record<'vault' | 'receipt', Query>>;

  constructor(db: Database.Database) {
    this.#walk = new IndexWalk(db);
    const columns = 'SELECT id, vault, state, assigned, decided_before_proof, reopened FROM cases';
    this.#scans = {
      vault: query(db, `${columns} INDEXED BY cases_vault WHERE vault = ? AND ${within('id')}`),
      receipt: query(db, `${columns} INDEXED BY cases_receipt WHERE receipt = ? AND ${within('id')}`),
    };
  }

  /** Of a filter that names neither a desk nor a vault, none. */
  find(filter: CaseFilter): FoundKeys {
    const top = filter.before === null ? LAST_KEY : keyBelow(idKey('case', filter.before));
    if (top === null) return NONE;
    if (filter.desk !== null) return this.#walk.find(caseSources(filter.desk, filter), top, FIRST_KEY, filter.limit);
    return filter.vault === null ? NONE : this.#scan(vaultKey(filter.vault), filter, top);
  }

  /** A vault's: no index tells its cases apart, so that each page looks at no more than `STEPS` of them. */
  #scan(vault: Uint8Array, filter: CaseFilter, top: Uint8Array): FoundKeys {
    const { receipt, limit } = filter;
    const [scan, of] = receipt === null ? [this.#scans.vault, vault] : [this.#scans.receipt, idKey('receipt', receipt)];
    const assigned = filter.assigned === null ? null : idKey('reviewer', filter.assigned);
    const keys: Uint8Array[] = [];
    let seen = 0;
    let last: Uint8Array | null = null;
    for (const found of scan.iterate(of, top, FIRST_KEY, STEPS + 1)) {
      if (seen === STEPS || keys.length === limit) return { keys, next: last };
      seen += 1;
      last = bytes(found[0]);
      if (fits(found, vault, assigned, filter)) keys.push(last);
    }
    return { keys, next: null };
  }
}

function fits(found: unknown[], vault: Uint8Array, assigned: Uint8Array | null, filter: CaseFilter): boolean {
  return (
    Buffer.compare(bytes(found[1]), vault) === 0 &&
    (filter.state === null || integer(found[2]) === stateNumber(filter.state)) &&
    (assigned === null || (found[3] !== null && Buffer.compare(bytes(found[3]), assigned) === 0)) &&
    (!filter.decidedBeforeProof || integer(found[4]) === 1) &&
    (!filter.reopened || integer(found[5]) > 0)
  );
}

export function stateNumber(state: 'hold' | 'clear'): number {
  return state === 'clear' ? 1 : 0;
}

/** The conditions of a filter on a desk's cases, the rarer first; without any, all of the desk's. */
export function caseSources(desk: string, filter: CaseFilter): Source[] {
  const key = idKey('desk', desk);
  const sources: Source[] = [];
  const add = (from: string, ...params: Param[]): void => {
    sources.push({ sql: `SELECT id FROM cases ${from} AND ${within('id')}`, params });
  };
  if (filter.decidedBeforeProof) add('INDEXED BY cases_desk_early WHERE desk = ? AND decided_before_proof = 1', key);
  if (filter.reopened) add('INDEXED BY cases_desk_reopened WHERE desk = ? AND reopened > 0', key);
  if (filter.assigned !== null)
    add('INDEXED BY cases_desk_assigned WHERE desk = ? AND assigned = ?', key, idKey('reviewer', filter.assigned));
  if (filter.state !== null) add('INDEXED BY cases_desk_state WHERE desk = ? AND state = ?', key, stateNumber(filter.state));
  // These say nothing of the desk by themselves.
  if (sources.length === 0) add('INDEXED BY cases_desk WHERE desk = ?', key);
  if (filter.vault !== null) add('INDEXED BY cases_vault WHERE vault = ?', vaultKey(filter.vault));
  if (filter.receipt !== null)
    sources.unshift({
      sql: `SELECT id FROM cases INDEXED BY cases_receipt WHERE receipt = ? AND ${within('id')}`,
      params: [idKey('receipt', filter.receipt)],
    });
  return sources;
}
