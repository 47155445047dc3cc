import type { CasesQuery, CasesReply } from '../../../schemas/case.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { MemSyncError } from '../../core/errors.ts';
import { isId } from '../../core/ids.ts';
import type { CaseFilter, StoredCase } from '../../store/cases.ts';
import { findDesk } from '../desks/make.ts';
import type { Services } from '../services.ts';
import { type Asker, enterCases, mayKnow } from './enter.ts';
import { People } from './people.ts';
import { renderSummary } from './render.ts';

const DEFAULT_LIMIT = 50;

/**
 * Cases, newest first, a page at a time (API, `GET /v1/cases`): a reviewer's desk's, across vaults; a grant's vault's, an app's over its own
 * receipts. A page may be short and still have a cursor.
 * @throws {MemSyncError} `input_invalid` for a cursor of another list, `desk_unknown`, and what `enterCases` throws
 */
export async function listCases(services: Services, token: string, query: CasesQuery): Promise<CasesReply> {
  const asker = await enterCases(services, token);
  if (query.cursor !== undefined && !isId('case', query.cursor)) throw new MemSyncError('input_invalid', 'The cursor is not one of ours.');
  const { cases, next } = await services.store.cases.page({
    ...(await scopeOf(services, asker, query)),
    receipt: query.receipt ?? null,
    state: query.state ?? null,
    assigned: assignedIn(asker, query),
    decidedBeforeProof: query.decidedBeforeProof === true,
    reopened: query.reopened === true,
    before: query.cursor ?? null,
    limit: Math.min(query.limit ?? DEFAULT_LIMIT, LIMITS.rows),
  });
  const known: StoredCase[] = [];
  for (const one of cases) if (await mayKnow(services, asker, one)) known.push(one);
  const people = new People(services);
  for (const { desk } of known) await people.meet(desk);
  return { cases: known.map((one) => renderSummary(one, people)), cursor: next };
}

async function scopeOf(services: Services, asker: Asker, { desk }: CasesQuery): Promise<Pick<CaseFilter, 'desk' | 'vault'>> {
  const named = desk === undefined ? null : (await findDesk(services, desk)).id;
  if (asker.by === 'grant') return { desk: named, vault: asker.access.vault.vault };
  const own = asker.desk.reviewer.desk;
  if (named !== null && named !== own) throw new MemSyncError('desk_unknown', 'A reviewer sees the cases of their own desk alone.');
  return { desk: own, vault: null };
}

function assignedIn(asker: Asker, { assigned }: CasesQuery): string | null {
  if (assigned !== 'me') return assigned ?? null;
  if (asker.by === 'reviewer') return asker.desk.reviewer.id;
  throw new MemSyncError('input_invalid', 'No case is assigned to a grant.');
}
