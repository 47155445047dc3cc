import { createHash } from 'node:crypto';
import { type IndexedRow, MemoryIndex } from '../../src/retrieval/engine.ts';
import type { EvalRow, EvalVault } from './eval-set.ts';
import { Fts5 } from './fts5.ts';
import type { Ranker } from './score-set.ts';

const DAY = 86_400_000;
/** When facts without an instant of their own, in a vault that has none at all, were recorded. */
const UNDATED = Date.UTC(2025, 5, 1);

/** The service's own index over a vault, each row as the service would put it. Rows are taken to have been recorded the day after the last of them. */
export function ourRanker(vault: EvalVault, number: number): Ranker {
  const recordedAt = recordedAfter(vault);
  const index = new MemoryIndex();
  const keys = new Map<string, string>();
  for (const [at, row] of vault.rows.entries()) {
    const id = idOf(`${number}/${row.key}`);
    keys.set(id, row.key);
    index.put(indexed({ ...row, id, at, recordedAt, observedAt: row.observedAt === undefined ? null : Date.parse(row.observedAt) }));
  }
  return {
    find: (question, limit) =>
      index.search(question, { limit, now: recordedAt, scope: EVERYTHING, admits: () => true }).map(({ id }) => keys.get(id) ?? ''),
    close: () => undefined,
  };
}

/** FTS5 over the same rows. */
export function fts5Ranker(vault: EvalVault): Ranker {
  const fts5 = new Fts5(vault.rows);
  return {
    find: (question, limit) => fts5.search(question, limit).map((at) => vault.rows[at]?.key ?? ''),
    close: () => fts5.close(),
  };
}

/** Row number `at`, as the service puts it into its index. */
export function indexed(
  row: Partial<Omit<EvalRow, 'observedAt'>> & Pick<IndexedRow, 'id' | 'text' | 'recordedAt' | 'observedAt'> & { readonly at: number },
): IndexedRow {
  return {
    id: row.id,
    version: 1,
    from: row.at + 1,
    since: row.at + 1,
    collection: COLLECTION,
    category: row.category ?? 'private',
    text: row.text,
    subject: row.subject ?? null,
    attribute: row.attribute ?? null,
    speaker: row.speaker ?? null,
    role: row.role ?? null,
    thread: row.thread ?? null,
    observedAt: row.observedAt,
    recordedAt: row.recordedAt,
  };
}

/** A row id that says nothing of the row's place, as the service's random ones. */
export function idOf(name: string): string {
  return `mem_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

const COLLECTION = 'col_bench';
export const EVERYTHING = { collections: new Set([COLLECTION]), categories: null };

function recordedAfter({ rows }: EvalVault): number {
  const instants = rows.flatMap(({ observedAt }) => (observedAt === undefined ? [] : [Date.parse(observedAt)]));
  return instants.length === 0 ? UNDATED : Math.max(...instants) + DAY;
}
