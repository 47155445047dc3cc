import type { CaseEntriesQuery, CaseEntriesReply, CaseEntry } from '../../../schemas/case.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { hex } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { isId } from '../../core/ids.ts';
import { formatInstant } from '../../core/instant.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { parseToken } from '../../crypto/token.ts';
import { caseEntry, parseCaseStatement } from '../../review/statement.ts';
import type { StoredCase } from '../../store/cases.ts';
import type { Services } from '../services.ts';
import { enterCases } from './enter.ts';
import { openHappening } from './sealed-case.ts';

/** Cases of one page. */
const PAGE = 50;

/**
 * What the log has of cases over a vault's receipts (API, `GET /v1/vaults/{vault}/case-entries`), so that its owner can tell those entries from
 * what nobody explains: which case, what kind of thing happened, when. Nobody's reason and nobody's note.
 * @throws {MemSyncError} `capability_missing`, `input_invalid` for a cursor of another list, `row_unopenable`, and what entering throws
 */
export async function readCaseEntries(
  services: Services,
  token: string,
  vault: string,
  { cursor }: CaseEntriesQuery,
): Promise<CaseEntriesReply> {
  await enterWhole(services, token, vault);
  if (cursor !== undefined && !isId('case', cursor)) throw new MemSyncError('input_invalid', 'The cursor is not one of ours.');
  const any = { desk: null, receipt: null, state: null, assigned: null, decidedBeforeProof: false, reopened: false };
  const { cases, next } = await services.store.cases.page({ ...any, vault, before: cursor ?? null, limit: PAGE });
  const entries: CaseEntry[] = [];
  for (const one of cases) entries.push(...(await entriesOf(services, one)));
  return { entries, cursor: next };
}

/** The owner's devices, also once the vault is erased, and grants that may review. */
async function enterWhole(services: Services, token: string, vault: string): Promise<void> {
  try {
    const asker = await enterCases(services, token);
    if (asker.by !== 'grant' || !asker.all)
      throw new MemSyncError('capability_missing', 'This takes a device of the owner’s, or a grant with “review”.');
    if (asker.access.vault.vault !== vault) throw new MemSyncError('vault_unknown', 'The token is for another vault.');
  } catch (error) {
    if (!isMemSyncError(error, 'vault_erased')) throw error;
    const { state } = await services.vaults.acquire(vault);
    const grant = state.grants.get(parseToken(token).grantId);
    if (grant?.body.role !== 'device' || grant.revokedAt !== state.erased?.at) throw error;
  }
}

async function entriesOf(services: Services, stored: StoredCase): Promise<CaseEntry[]> {
  return (await services.store.cases.events(stored.id)).map((event): CaseEntry => {
    const envelope = openHappening(services, stored, event);
    const signed = envelope === null ? null : parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope);
    return {
      case: stored.id,
      receipt: stored.receipt,
      number: event.number,
      happened: signed === null ? null : parseCaseStatement(signed.payload).predicate.happened.kind,
      at: formatInstant(event.at),
      logIndex: event.logIndex,
      entry: signed === null ? null : hex(caseEntry(signed)),
    };
  });
}
