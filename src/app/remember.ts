import type { RememberReply, RememberRequest } from '../../schemas/memory.ts';
import { type Access, enter, requireOpen, rowInScope, visibleRow, warm } from './access.ts';
import { nowOf } from './now.ts';
import { withFalls } from './cascade.ts';
import { BatchPlan, type NewRow } from './batch-plan.ts';
import type { VaultDraft } from './draft.ts';
import { Echoes } from './echoes.ts';
import { IdempotencyGuard, markRequest } from './idempotency.ts';
import { renderHead, renderMemory } from './render.ts';
import type { Services } from './services.ts';
import { appendAndFold, sealVersion, type UnstampedEvent } from './write-row.ts';

/**
 * Remembers a batch of rows, whole or not at all (API, `POST /v1/memories`). A text that is there already is a sighting and moves no time.
 * A row that speaks of the same subject and attribute as one that is there replaces it, where the app may.
 * @throws {MemSyncError} `capability_missing`, `contest_budget_spent`, `collection_unknown`, `scope_exceeded`, `memory_unknown`, `lineage_too_deep`,
 * `observed_in_future`, `batch_conflict`, `idempotency_conflict`, and what `enter` throws
 */
export async function remember(
  services: Services,
  token: string,
  request: RememberRequest,
  idempotencyKey: string | null,
): Promise<RememberReply> {
  const given = await warm(services, token, 'remember');
  return services.writer.submit({
    prepare: async () => {
      const access = await enter(services, given, 'remember');
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, 'POST /v1/memories', request));
      const echoes = await Echoes.look(
        services,
        access,
        request.memories.map((item) => item.claimed?.thread),
      );
      return { tail: access.vault.state, access, guard, echoes };
    },
    build: ({ access, guard, echoes }, { draft }) => {
      requireOpen(access, draft.now);
      const earlier = guard.earlier(draft);
      if (earlier !== null)
        return answer(
          services,
          access,
          earlier.map((id) => ({ id, sighting: false })),
        );
      const plans = new BatchPlan(services, access, echoes, draft.now).all(request.memories);
      const results = plans.map((plan): Result => {
        if (plan.kind === 'new') sealVersion(services, access, draft, 'remembered', plan.header, plan.text);
        else appendAndFold(services, access, draft, { kind: 'sighted', row: plan.row }, plan.body);
        return plan.kind === 'new' ? { id: plan.header.row, sighting: false } : { id: plan.row, sighting: true };
      });
      replace(
        services,
        access,
        draft,
        plans.filter((plan) => plan.kind === 'new'),
      );
      guard.note(
        access,
        draft,
        results.map((result) => result.id),
      );
      return answer(services, access, results);
    },
  });
}

/**
 * What is answered, as it stands once this is built: whatever else the commit does, this has been done. Who says again what the owner has
 * retracted is told so: it does not come back.
 */
function answer(services: Services, access: Access, results: readonly Result[]): RememberReply {
  const now = nowOf(services, access.vault);
  const memories = results.map(({ id, sighting }) => {
    const memory = renderMemory(access.vault, rowInScope(access, id), now);
    return sighting ? { ...memory, sighting } : memory;
  });
  return { memories, head: renderHead(access.vault.state) };
}

interface Result {
  readonly id: string;
  readonly sighting: boolean;
}

/** What new rows do to those that are there: all at once, so that what falls with several of them falls once. */
function replace(services: Services, access: Access, draft: VaultDraft, plans: readonly NewRow[]): void {
  const events = plans.flatMap((plan): UnstampedEvent[] => {
    const by = plan.header.row;
    return [
      ...plan.replaces.map((row) => ({ kind: 'superseded', row, by }) as const),
      ...plan.contests.map(({ row, reason }) => {
        const { version } = visibleRow(access, row).header;
        return { kind: 'contested', row, version, reason } as const;
      }),
      ...(plan.replacedBy === null ? [] : [{ kind: 'superseded', row: by, by: plan.replacedBy } as const]),
    ];
  });
  if (events.length === 0) return;
  withFalls(
    access.vault,
    draft,
    events.map(({ row }) => row),
    () => events.forEach((event) => appendAndFold(services, access, draft, event, null)),
  );
}
