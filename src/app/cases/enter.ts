import { MemSyncError } from '../../core/errors.ts';
import { encodeId, parseId } from '../../core/ids.ts';
import { isReviewerToken } from '../../crypto/reviewer-token.ts';
import type { StoredCase } from '../../store/cases.ts';
import { type Access, enter } from '../access.ts';
import { type DeskAccess, enterDesk } from '../desks/enter.ts';
import type { Caller } from '../idempotency.ts';
import type { Services } from '../services.ts';

/** Who asks after cases: a grant of a vault, with all of its receipts or its own alone, or a reviewer of a desk. */
export type Asker =
  { readonly by: 'grant'; readonly access: Access; readonly all: boolean } | { readonly by: 'reviewer'; readonly desk: DeskAccess };

/** @throws {MemSyncError} `token_invalid`, `capability_missing`, and what `enter` throws */
export async function enterCases(services: Services, token: string): Promise<Asker> {
  if (isReviewerToken(token)) return { by: 'reviewer', desk: await enterDesk(services, token) };
  const access = await enter(services, token, null);
  const { role, capabilities } = access.state.body;
  const all = role === 'device' || capabilities.includes('review');
  if (!all && !capabilities.includes('receipt'))
    throw new MemSyncError('capability_missing', 'The grant allows neither “receipt” nor “review”.');
  return { by: 'grant', access, all };
}

/** A reviewer of a desk. @throws {MemSyncError} `token_invalid`; `capability_missing` for a grant’s token */
export async function enterReviewer(services: Services, token: string): Promise<DeskAccess> {
  if (isReviewerToken(token)) return enterDesk(services, token);
  await enter(services, token, null);
  throw new MemSyncError('capability_missing', 'Only a reviewer of the case’s desk may do that, with a token of their own.');
}

/** The case, where the one who asks may know of it. @throws {MemSyncError} `case_unknown` */
export async function findCase(services: Services, asker: Asker, id: string): Promise<StoredCase> {
  const stored = await services.store.cases.case(id);
  if (stored === null || !(await mayKnow(services, asker, stored)))
    throw new MemSyncError('case_unknown', `There is no case ${id} in your scope.`);
  return stored;
}

/** Whether a case is of the asker's desk, or over a receipt of theirs. */
export async function mayKnow(services: Services, asker: Asker, { desk, vault, receipt }: StoredCase): Promise<boolean> {
  if (asker.by === 'reviewer') return desk === asker.desk.reviewer.desk;
  const { access, all } = asker;
  if (vault !== access.vault.vault) return false;
  return all || (await services.store.receipt(vault, receipt))?.grant === access.grant.id;
}

/** As whom a reviewer's idempotency keys are remembered in a vault. A reviewer's id and a grant's have nothing in common but their length. */
export function reviewerAsCaller({ token, reviewer }: DeskAccess, vault: string): Caller {
  return { token, vault: { vault }, grant: { id: encodeId('grant', parseId('reviewer', reviewer.id)) } };
}
