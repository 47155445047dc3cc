import type { ContestReply, ContestRequest } from '../../schemas/memory.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { doubtsLeft } from '../memory/doubts.ts';
import { standingOf } from '../memory/state.ts';
import { type Access, enter, requireOpen, visibleRow, warm } from './access.ts';
import { withFalls } from './cascade.ts';
import { IdempotencyGuard, markRequest } from './idempotency.ts';
import { nowOf } from './now.ts';
import type { OpenRow } from './open-vault.ts';
import { renderHead, renderMemory } from './render.ts';
import type { Services } from './services.ts';
import { appendAndFold } from './write-row.ts';

/**
 * An app doubts a row (API, `POST /v1/memories/{id}/contest`): it is not active again until the owner dismisses the doubt or stands behind the
 * row. One grant's doubt counts once a row.
 * @throws {MemSyncError} `memory_unknown`, `row_not_live`, `contest_budget_spent`, and what `enter` throws
 */
export async function contest(
  services: Services,
  token: string,
  id: string,
  request: ContestRequest,
  idempotencyKey: string | null,
): Promise<ContestReply> {
  const given = await warm(services, token, 'contest');
  return services.writer.submit({
    prepare: async () => {
      const access = await enter(services, given, 'contest');
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, `POST contest ${id}`, request));
      return { tail: access.vault.state, access, guard };
    },
    build: ({ access, guard }, { draft }) => {
      requireOpen(access, draft.now);
      if (guard.earlier(draft) !== null) return answer(services, access, id);
      const row = inUse(access, id);
      if (!doubts(access, row)) {
        requireDoubts(access, 1, draft.now);
        const event = { kind: 'contested', row: id, version: row.header.version, reason: 'doubt' } as const;
        withFalls(access.vault, draft, [id], () => appendAndFold(services, access, draft, event, request));
      }
      guard.note(access, draft, [id]);
      return answer(services, access, id);
    },
  });
}

/**
 * An app says that a row still holds (API, `POST /v1/memories/{id}/app-confirmation`). It is noted beside the row; nothing rises and no time
 * moves for it (promise 4).
 * @throws {MemSyncError} `memory_unknown`, `row_not_live`, and what `enter` throws
 */
export async function appConfirm(services: Services, token: string, id: string, idempotencyKey: string | null): Promise<ContestReply> {
  const given = await warm(services, token, 'confirm');
  return services.writer.submit({
    prepare: async () => {
      const access = await enter(services, given, 'confirm');
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, `POST app-confirmation ${id}`, {}));
      return { tail: access.vault.state, access, guard };
    },
    build: ({ access, guard }, { draft }) => {
      requireOpen(access, draft.now);
      if (guard.earlier(draft) !== null) return answer(services, access, id);
      const { version } = inUse(access, id).header;
      appendAndFold(services, access, draft, { kind: 'app_confirmed', row: id, version }, null);
      guard.note(access, draft, [id]);
      return answer(services, access, id);
    },
  });
}

/** What is answered, as it stands once this is built: whatever else the commit does, this has been done. */
function answer(services: Services, access: Access, id: string): ContestReply {
  return {
    memory: renderMemory(access.vault, visibleRow(access, id), nowOf(services, access.vault)),
    head: renderHead(access.vault.state),
  };
}

/** Whether the grant holds the row in doubt already. */
export function doubts(access: Access, row: OpenRow): boolean {
  return row.state.contests.some((contest) => contest.grantId === access.grant.id);
}

/** @throws {MemSyncError} `contest_budget_spent` unless the grant may put so many more rows in doubt */
export function requireDoubts(access: Access, count: number, now: Instant): void {
  if (doubtsLeft(access.vault.state, access.grant.id, now) >= count) return;
  const { contestsOpen, contestsPerDay } = LIMITS;
  throw new MemSyncError(
    'contest_budget_spent',
    `A grant holds ${contestsOpen} rows in doubt at most, and raises ${contestsPerDay} doubts a day.`,
  );
}

function inUse(access: Access, id: string): OpenRow {
  const row = visibleRow(access, id);
  const standing = standingOf(row.state);
  if (standing !== 'live' && standing !== 'contested') throw new MemSyncError('row_not_live', `Row ${id} is ${standing}.`);
  return row;
}
