import type { GrantRead, GrantReadsQuery, GrantReadsReply } from '../../schemas/keys.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant } from '../core/instant.ts';
import { enterDevice } from './owner-reads.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';

const DEFAULT_LIMIT = 50;

const NOT_COVERED =
  'Rows that it listed or showed by id, and retrievals without a receipt that are more than ninety days old: of those nothing is kept. ' +
  'Take it that it may have read whatever lay within its collections and categories.';

/**
 * Which rows a grant has been shown, newest first: its retrievals for as long as they are remembered, then its receipts from before.
 * @throws {MemSyncError} `not_found` when the owner has given no such grant
 */
export async function readGrantReads(
  services: Services,
  token: string,
  vaultId: string,
  grant: string,
  query: GrantReadsQuery,
): Promise<GrantReadsReply> {
  const { vault } = await enterDevice(services, token, vaultId);
  if (!vault.state.grants.has(grant)) throw new MemSyncError('not_found', `The vault has given no grant ${grant}.`);
  const limit = query.limit ?? DEFAULT_LIMIT;
  const page = await pageOf(services, vaultId, grant, query.cursor ?? null, limit);
  return {
    grant,
    reads: page.reads,
    totals: query.cursor === undefined ? await services.store.readTotals(vaultId, grant) : null,
    notCovered: NOT_COVERED,
    cursor: page.cursor,
    head: renderHead(vault.state),
  };
}

interface Page {
  readonly reads: GrantRead[];
  readonly cursor: string | null;
}

/** A page begins below its cursor: a retrieval's id among what is remembered of retrievals, a receipt's among receipts from before. */
async function pageOf({ store }: Services, vault: string, grant: string, cursor: string | null, limit: number): Promise<Page> {
  const reads: GrantRead[] = [];
  if (cursor === null || cursor.startsWith('ret_')) {
    const remembered = await store.reads(vault, grant, cursor, limit + 1);
    for (const { retrieval, at, rows } of remembered.slice(0, limit)) {
      reads.push({ retrieval, receipt: await store.receiptForRetrieval(vault, retrieval), at: formatInstant(at), rows: [...rows] });
    }
    if (remembered.length > limit) return { reads, cursor: reads.at(-1)?.retrieval ?? null };
  }
  let before = cursor?.startsWith('rcp_') === true ? cursor : null;
  for (;;) {
    const all = { row: null, threadTag: null, paidUnexplained: false, from: null, to: null };
    const { receipts, next } = await store.receipts(vault, { ...all, grant, before, limit: limit + 1 });
    for (const { id, retrieval, issuedAt } of receipts) {
      if (reads.length === limit) return { reads, cursor: before ?? FIRST };
      before = id;
      if (await store.remembersRead(vault, grant, retrieval)) continue;
      const rows = (await store.receiptRows(vault, id)).map(({ row }) => row);
      reads.push({ retrieval, receipt: id, at: formatInstant(issuedAt), rows });
    }
    if (next === null) return { reads, cursor: null };
    before = next;
  }
}

/** Above every receipt. */
const FIRST = `rcp_${'f'.repeat(32)}`;
