import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../src/store/sqlite/open.ts';
import { prepareQueries } from '../../../src/store/sqlite/queries.ts';
import { listStatement } from '../../../src/store/sqlite/receipts.ts';
import { SqliteStore } from '../../../src/store/sqlite/store.ts';
import { change, commitOf, grantId, hash, NOW, receiptId, row, rowId, vaultId } from '../samples.ts';
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

it('lists receipts by an index that leads to the vault’s own, whatever the filter', () => {
  const db = open();
  const none = { grant: null, row: null, threadTag: null, from: null, to: null, before: null, limit: 10 };
  const steps = (some: Partial<ReceiptFilter>): string[] => plan(db, listStatement(new Uint8Array(32), { ...none, ...some }).sql);
  const first = (some: Partial<ReceiptFilter>): string | undefined => steps(some).find((step) => step.includes(' receipts '));
  const byId = 'SEARCH receipts USING INDEX sqlite_autoindex_receipts_1';
  expect(first({})).toBe(`${byId} (vault=?)`);
  expect(first({ from: 1, to: 5 })).toBe(`${byId} (vault=?)`);
  expect(first({ before: receiptId(1) })).toBe(`${byId} (vault=? AND id<?)`);
  expect(first({ row: rowId(1) })).toBe(`${byId} (vault=? AND id=?)`);
  expect(steps({ row: rowId(1) })).toContain('SEARCH receipt_rows USING COVERING INDEX receipt_rows_row (vault=? AND row_id=?)');
  expect(first({ threadTag: hash('t') })).toBe('SEARCH receipts USING INDEX receipts_thread (vault=? AND thread_tag=?)');
  expect(first({ grant: grantId(1) })).toBe('SEARCH receipts USING INDEX receipts_grant (vault=? AND grant_id=?)');
  const later = { grant: grantId(1), before: receiptId(4), from: 3 };
  expect(first(later)).toBe('SEARCH receipts USING INDEX receipts_grant (vault=? AND grant_id=? AND id<?)');
  db.close();
});
