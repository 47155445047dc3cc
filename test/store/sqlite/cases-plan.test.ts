import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CaseFilter } from '../../../src/store/cases.ts';
import { caseSources } from '../../../src/store/sqlite/cases-found.ts';
import { openDatabase } from '../../../src/store/sqlite/open.ts';
import { ALL_CASES } from '../cases.ts';
import { vaultId } from '../samples.ts';
import { temporaryFolder } from './temporary.ts';

const DESK = `dsk_${'1'.padStart(32, '0')}`;
const REVIEWER = `rev_${'1'.padStart(32, '0')}`;
const RECEIPT = `rcp_${'1'.padStart(32, '0')}`;

it('finds cases along one index a condition, in its order, between two ids, and reads nothing else', () => {
  const db = openDatabase({ path: join(temporaryFolder(), 'memsync.sqlite') });
  const steps = (some: Partial<CaseFilter>): string[] =>
    caseSources(DESK, { ...ALL_CASES, desk: DESK, ...some }).flatMap(({ sql }) =>
      db
        .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '5')}`)
        .all()
        .map(({ detail }) => detail),
    );
  const along = (index: string, key: string): string => `SEARCH cases USING COVERING INDEX ${index} (${key} AND id>? AND id<?)`;
  const all = along('cases_desk', 'desk=?');
  expect(steps({})).toEqual([all]);
  expect(steps({ receipt: RECEIPT })).toEqual([along('cases_receipt', 'receipt=?'), all]);
  expect(steps({ vault: vaultId('a') })).toEqual([all, along('cases_vault', 'vault=?')]);
  expect(steps({ decidedBeforeProof: true, reopened: true, assigned: REVIEWER, state: 'hold' })).toEqual([
    along('cases_desk_early', 'desk=?'),
    along('cases_desk_reopened', 'desk=?'),
    along('cases_desk_assigned', 'desk=? AND assigned=?'),
    along('cases_desk_state', 'desk=? AND state=?'),
  ]);
  db.close();
});
