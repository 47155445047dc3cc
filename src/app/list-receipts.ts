import { LIMITS } from '../../schemas/limits.ts';
import type { ReceiptsQuery, ReceiptsReply } from '../../schemas/receipt.ts';
import { isId } from '../core/ids.ts';
import { MemSyncError } from '../core/errors.ts';
import { type Access, enter, inScope } from './access.ts';
import { nowOf } from './now.ts';
import { summarise } from './receipt-summary.ts';
import { readsAllReceipts } from './receipts.ts';
import type { Services } from './services.ts';
import { threadTag } from './thread-tag.ts';

const DEFAULT_LIMIT = 50;

/**
 * Receipts, newest first, a page at a time: by row, by thread, by time, paid and not explained. An app sees its own, a device all of the
 * vault's. A page may be short and still have a cursor. @throws {MemSyncError} `input_invalid` for a cursor of another list, and what `enter` throws
 */
export async function listReceipts(services: Services, token: string, query: ReceiptsQuery): Promise<ReceiptsReply> {
  const access = await enter(services, token, 'receipt');
  const { vault, grant } = access;
  if (query.cursor !== undefined && !isId('receipt', query.cursor))
    throw new MemSyncError('input_invalid', 'The cursor is not one of ours.');
  if (query.memory !== undefined && !mayAskFor(access, query.memory)) return { receipts: [], cursor: null };
  const paid = query.paidUnexplained === true;
  const { receipts, next } = await services.store.receipts(vault.vault, {
    grant: readsAllReceipts(access) ? null : grant.id,
    row: query.memory ?? null,
    threadTag: query.thread === undefined ? null : threadTag(vault, query.thread),
    paidUnexplained: paid,
    from: query.from ?? null,
    to: query.to ?? null,
    before: query.cursor ?? null,
    limit: Math.min(query.limit ?? DEFAULT_LIMIT, LIMITS.rows),
  });
  const now = nowOf(services, vault);
  const latest = await services.store.addenda.latest(
    vault.vault,
    receipts.map(({ id }) => id),
  );
  const summaries = receipts.map((stored) => summarise(vault, stored, latest.get(stored.id) ?? null, now));
  // The column leads there; what is under the seal decides.
  return { receipts: paid ? summaries.filter((one) => one.paidUnexplained !== null) : summaries, cursor: next };
}

/** Whether a caller may learn where a row was served: one in its scope, or that is erased from its collections. */
function mayAskFor(access: Access, id: string): boolean {
  const row = access.vault.rows.get(id);
  if (row !== undefined) return inScope(access, row);
  const state = access.vault.state.rows.get(id);
  return state !== undefined && state.erased !== null && access.state.boxes.some((box) => box.collection === state.collection);
}
