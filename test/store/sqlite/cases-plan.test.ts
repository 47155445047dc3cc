import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CaseFilter } from '../../../src/store/cases.ts';
import { conditionsOf, keysAlong, rowsAlong } from '../../../src/store/sqlite/cases-found.ts';
import { openDatabase } from '../../../src/store/sqlite/open.ts';
import { ALL_CASES } from '../cases.ts';
import { vaultId } from '../samples.ts';
import { temporaryFolder } from './temporary.ts';

const DESK = `dsk_${'1'.padStart(32, '0')}`;
const REVIEWER = `rev_${'1'.padStart(32, '0')}`;
const RECEIPT = `rcp_${'1'.padStart(32, '0')}`;
const VAULT = vaultId('a');

it('finds cases along one index, in its order, between two ids, and reads nothing else where there is one condition', () => {
  const db = openDatabase({ path: join(temporaryFolder(), 'memsync.sqlite') });
  const plan = (sql: string): string[] =>
    db
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '5')}`)
      .all()
      .map(({ detail }) => detail);
  const along = (some: Partial<CaseFilter>): string[] => conditionsOf({ ...ALL_CASES, ...some }).map((one) => one.along);
  const all: [Partial<CaseFilter>, string, string][] = [
    [{ desk: DESK }, 'cases_desk', 'desk=?'],
    [{ desk: DESK, state: 'hold' }, 'cases_desk_state', 'desk=? AND state=?'],
    [{ desk: DESK, assigned: REVIEWER }, 'cases_desk_assigned', 'desk=? AND assigned=?'],
    [{ desk: DESK, decidedBeforeProof: true }, 'cases_desk_early', 'desk=?'],
    [{ desk: DESK, reopened: true }, 'cases_desk_reopened', 'desk=?'],
    [{ vault: VAULT }, 'cases_vault', 'vault=?'],
  ];
  for (const [filter, index, keys] of all) {
    const [only, ...more] = along(filter);
    expect(more).toEqual([]);
    expect(plan(keysAlong(only ?? ''))).toEqual([`SEARCH cases USING COVERING INDEX ${index} (${keys} AND id>? AND id<?)`]);
    expect(plan(rowsAlong(only ?? ''))).toEqual([`SEARCH cases USING INDEX ${index} (${keys} AND id>? AND id<?)`]);
  }
  const every = { receipt: RECEIPT, decidedBeforeProof: true, reopened: true, assigned: REVIEWER, vault: VAULT, state: 'hold' } as const;
  const named = (filter: Partial<CaseFilter>): string[] => along(filter).map((one) => one.split(' ')[0] ?? '');
  const desks = ['cases_desk_early', 'cases_desk_reopened', 'cases_desk_assigned'];
  expect(named({ ...every, desk: DESK })).toEqual(['cases_receipt', ...desks, 'cases_vault', 'cases_desk_state']);
  // Of a vault there is an index of its own and no other.
  expect(named(every)).toEqual(['cases_receipt', 'cases_vault', ...desks, 'cases_desk_state']);
  expect(named({ desk: DESK, receipt: RECEIPT })).toEqual(['cases_receipt', 'cases_desk']);
  expect(plan(rowsAlong(along({ desk: DESK, receipt: RECEIPT })[0] ?? ''))).toEqual([
    'SEARCH cases USING INDEX cases_receipt (receipt=? AND id>? AND id<?)',
  ]);
  db.close();
});
