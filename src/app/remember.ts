import type { RememberReply, RememberRequest } from '../../schemas/memory.ts';
import { type Access, enter, requireOpen, rowInScope, visibleRow, warm } from './access.ts';
import { nowOf } from './now.ts';
import { BatchPlan, type NewRow, type Sighting } from './batch-plan.ts';
import type { VaultDraft } from './draft.ts';
import { Echoes } from './echoes.ts';
import { IdempotencyGuard, markRequest } from './idempotency.ts';
import { renderHead, renderMemory } from './render.ts';
import type { Services } from './services.ts';
import { appendAndFold, sealVersion } from './write-row.ts';

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
      const results = plans.map((plan) =>
        plan.kind === 'new' ? addRow(services, access, draft, plan) : addSighting(services, access, draft, plan),
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

function addRow(services: Services, access: Access, draft: VaultDraft, plan: NewRow): Result {
  const { header, text } = plan;
  sealVersion(services, access, draft, 'remembered', header, text);
  for (const id of plan.replaces) appendAndFold(services, access, draft, { kind: 'superseded', row: id, by: header.row }, null);
  for (const { row, reason } of plan.contests) {
    const { version } = visibleRow(access, row).header;
    appendAndFold(services, access, draft, { kind: 'contested', row, version, reason }, null);
  }
  if (plan.replacedBy !== null) {
    appendAndFold(services, access, draft, { kind: 'superseded', row: header.row, by: plan.replacedBy }, null);
  }
  return { id: header.row, sighting: false };
}

function addSighting(services: Services, access: Access, draft: VaultDraft, plan: Sighting): Result {
  appendAndFold(services, access, draft, { kind: 'sighted', row: plan.row }, plan.body);
  return { id: plan.row, sighting: true };
}
