import type { NewMemory } from '../../../schemas/memory.ts';
import type { ImportRowsReply, ImportRowsRequest } from '../../../schemas/transfer.ts';
import { enter, requireOpen, warm } from '../access.ts';
import { BatchPlan, type NewRow, type Sighting } from '../batch-plan.ts';
import { IdempotencyGuard, markRequest } from '../idempotency.ts';
import { nowOf } from '../now.ts';
import { renderHead } from '../render.ts';
import type { Services } from '../services.ts';
import { sealVersion } from '../write-row.ts';

/**
 * Takes rows in from elsewhere, whole or not at all (API, `POST /v1/imports`): imported whatever they say of themselves, unvalidated, background
 * at best, with their own age. What is there already stays as it is: nothing is written, not even that it was said again.
 * @throws {MemSyncError} `capability_missing`, `collection_unknown`, `scope_exceeded`, `observed_in_future`, `idempotency_conflict`, and what
 * `enter` throws
 */
export async function importRows(
  services: Services,
  token: string,
  request: ImportRowsRequest,
  idempotencyKey: string | null,
): Promise<ImportRowsReply> {
  const given = await warm(services, token, 'import');
  const items = request.memories.map((item): NewMemory => ({ ...item, claimed: { ...item.claimed, kind: 'imported' } }));
  if (request.dryRun === true) {
    const access = await enter(services, given, 'import');
    const plans = new BatchPlan(services, access, null, nowOf(services, access.vault)).all(items);
    const added = new Set(plans.flatMap((plan) => (plan.kind === 'new' ? [plan.header.row] : [])));
    const results = plans
      .map((plan) => resultOf(plan))
      .map(({ outcome, id }) => ({ outcome, id: id !== null && added.has(id) ? null : id }));
    return { results, head: renderHead(access.vault.state) };
  }
  return services.writer.submit({
    prepare: async () => {
      const access = await enter(services, given, 'import');
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, 'POST /v1/imports', request));
      return { tail: access.vault.state, access, guard };
    },
    build: ({ access, guard }, { draft }) => {
      requireOpen(access, draft.now);
      const earlier = guard.earlier(draft);
      if (earlier !== null) {
        return { results: earlier.map((id) => ({ outcome: 'present' as const, id })), head: renderHead(access.vault.state) };
      }
      const plans = new BatchPlan(services, access, null, draft.now).all(items);
      for (const plan of plans) if (plan.kind === 'new') sealVersion(services, access, draft, 'imported', plan.header, plan.text);
      const results = plans.map(resultOf);
      guard.note(
        access,
        draft,
        results.map(({ id }) => id),
      );
      return { results, head: renderHead(draft.tail) };
    },
  });
}

function resultOf(plan: NewRow | Sighting): { outcome: 'added' | 'present'; id: string } {
  return plan.kind === 'new' ? { outcome: 'added', id: plan.header.row } : { outcome: 'present', id: plan.row };
}
