import type { CaseSummary, HandOverRequest } from '../../../schemas/case.ts';
import { MemSyncError } from '../../core/errors.ts';
import { findReviewer } from '../desks/reviewers.ts';
import { IdempotencyGuard, markRequest } from '../idempotency.ts';
import type { Services } from '../services.ts';
import { enterReviewer, findCase, reviewerAsCaller } from './enter.ts';
import { loadCase } from './loaded.ts';
import { readSummary } from './render.ts';
import { latest, requireRoomOn, writeStep } from './write.ts';

/**
 * Hands a case over to a reviewer of the same desk (API, `POST /v1/cases/{id}/handover`), in the log and durable before the answer.
 * @throws {MemSyncError} `case_unknown`, `reviewer_unknown`, `case_full`, `idempotency_conflict`, and what `enterReviewer` and a commit throw
 */
export async function handOver(
  services: Services,
  token: string,
  id: string,
  request: HandOverRequest,
  idempotencyKey: string | null,
): Promise<CaseSummary> {
  const desk = await enterReviewer(services, token);
  const { reviewer } = desk;
  await services.writer.submit({
    prepare: async () => {
      // They may have been removed while this waited.
      await enterReviewer(services, token);
      const loaded = await loadCase(services, await findCase(services, { by: 'reviewer', desk }, id));
      const to = findReviewer(await services.store.cases.reviewers(reviewer.desk), request.to);
      if (to.removedAt !== null) throw new MemSyncError('reviewer_unknown', 'That reviewer is at this desk no more.');
      const { vault } = loaded.stored;
      const caller = reviewerAsCaller(desk, vault);
      const mark = markRequest(caller, idempotencyKey, `POST /v1/cases/${id}/handover`, request);
      const guard = await IdempotencyGuard.look(services, caller, mark);
      return { tail: (await services.vaults.acquire(vault)).state, loaded, to, caller, guard };
    },
    build: ({ loaded, to, caller, guard }, context) => {
      if (guard.earlier(context.draft) !== null) return;
      const before = latest(context, loaded);
      requireRoomOn(before);
      writeStep(services, context, before, {
        happening: { by: reviewer.id, happened: { kind: 'handed_over', to: to.id, note: request.note ?? null } },
        news: { kind: 'handed_over', case: id },
      });
      guard.note(caller, context.draft, [id]);
    },
  });
  return readSummary(services, id);
}
