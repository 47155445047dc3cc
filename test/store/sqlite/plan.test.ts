import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addendaQueries } from '../../../src/store/sqlite/addenda.ts';
import { openDatabase } from '../../../src/store/sqlite/open.ts';
import { prepareQueries } from '../../../src/store/sqlite/queries.ts';
import { sourcesOf } from '../../../src/store/sqlite/receipts-found.ts';
import { SqliteStore } from '../../../src/store/sqlite/store.ts';
import { ALL_RECEIPTS, change, commitOf, grantId, hash, NOW, receipt, row, rowId, vaultId } from '../samples.ts';
import type { ReceiptFilter } from '../../../src/store/store.ts';
import { temporaryFolder } from './temporary.ts';

const open = () => openDatabase({ path: join(temporaryFolder(), 'memsync.sqlite') });
type Opened = ReturnType<typeof open>;

/** How SQLite goes about a statement, a line a step; the parameters' values make no difference to it. */
const plan = (db: Opened, sql: string): string[] =>
  db
    .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '5')}`)
    .all()
    .map(({ detail }) => detail);

it('finds due rows by the index of rows that can fall, in order, and counts them there', () => {
  const db = open();
  const queries = prepareQueries(db);
  expect(plan(db, queries.dueRows.source)).toEqual(['SEARCH row_states USING INDEX row_states_due (due_at<?)']);
  expect(plan(db, queries.dueCount.source)).toEqual(['SEARCH row_states USING COVERING INDEX row_states_due (due_at<?)']);
  db.close();
});

it('reads no table from end to end and sorts nothing, but to list what there is', () => {
  const db = open();
  const { vaultCount, vaultIds, log, rewrapsPending, ...rest } = prepareQueries(db);
  expect([vaultCount, vaultIds, log, rewrapsPending].map(({ source }) => plan(db, source)[0])).toEqual([
    expect.stringMatching(/^SCAN vaults/),
    expect.stringMatching(/^SCAN vaults/),
    'SCAN log',
    expect.stringMatching(/^SCAN rewraps USING (COVERING )?INDEX rewraps_pending$/),
  ]);
  for (const [name, { source }] of Object.entries(rest)) {
    const steps = plan(db, source);
    const bad = steps.filter((step) => /^SCAN (?!hop|CONSTANT)|TEMP B-TREE/.test(step));
    expect(bad, `${name}: ${steps.join('; ')}`).toEqual([]);
    expect(
      steps.some((step) => step.startsWith('SEARCH')),
      `${name}: ${steps.join('; ')}`,
    ).toBe(true);
  }
  db.close();
});

it('finds what is pending by its vault and its time, and counts it along an index', () => {
  const db = open();
  const { pending, ...rest } = addendaQueries(db);
  expect(plan(db, pending.source)).toEqual([expect.stringMatching(/^SCAN evidence_due USING COVERING INDEX/)]);
  for (const [name, { source }] of Object.entries(rest)) {
    expect(plan(db, source), name).toEqual([expect.stringMatching(/^SEARCH (addenda|evidence_due) USING/)]);
  }
  db.close();
});

it('keeps rows that cannot fall out of that index', async () => {
  const db = open();
  const store = new SqliteStore(db);
  const rows = Array.from({ length: 100 }, (_, n) => row(n, n < 3 ? NOW : null));
  await store.commit(commitOf(change(vaultId('a'), null, 0, { rows })));
  const entries = (name: string) => db.prepare<[string], number>('SELECT sum(ncell) FROM dbstat WHERE name = ?').pluck().get(name);
  expect(entries('row_states_due')).toBe(3);
  expect(entries('row_states')).toBe(100);
  await store.close();
});

it('finds receipts along one index a condition, in its order, between two ids, and reads nothing else', () => {
  const db = open();
  const steps = (some: Partial<ReceiptFilter>): string[][] =>
    sourcesOf(new Uint8Array(32), { ...ALL_RECEIPTS, ...some }).map(({ sql }) => plan(db, sql));
  const along = (index: string, key = '', id = 'id') => [`SEARCH ${index} (vault=?${key} AND ${id}>? AND ${id}<?)`];
  const paid = along('receipts USING COVERING INDEX receipts_paid_unexplained');
  const thread = along('receipts USING COVERING INDEX receipts_thread', ' AND thread_tag=?');
  const row = along('receipt_rows USING COVERING INDEX receipt_rows_row', ' AND row_id=?', 'receipt');
  const grant = along('receipts USING COVERING INDEX receipts_grant', ' AND grant_id=?');
  expect(steps({})).toEqual([along('receipts USING COVERING INDEX sqlite_autoindex_receipts_1')]);
  expect(steps({ paidUnexplained: true, threadTag: hash('t'), row: rowId(1), grant: grantId(1) })).toEqual([paid, thread, row, grant]);
  db.close();
});

it('keeps receipts that are not paid and unexplained out of the index of those that are', async () => {
  const db = open();
  const store = new SqliteStore(db);
  const receipts = Array.from({ length: 50 }, (_, n) => receipt(n, { paidUnexplained: n < 3 }));
  await store.commit(commitOf(change(vaultId('a'), null, 0, { receipts })));
  const entries = db.prepare<[string], number>('SELECT sum(ncell) FROM dbstat WHERE name = ?').pluck();
  expect(entries.get('receipts_paid_unexplained')).toBe(3);
  await store.close();
});
