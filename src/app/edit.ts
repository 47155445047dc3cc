import type { EditMemory, EditReply } from '../../schemas/memory.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { RowHeader } from '../memory/header.ts';
import { wouldCycle } from '../memory/lineage.ts';
import { standingOf } from '../memory/state.ts';
import { type Access, enter, requireCategory, requireOpen, visibleRow, warm } from './access.ts';
import { withFalls } from './cascade.ts';
import { doubts, requireDoubts } from './contest.ts';
import { nowOf } from './now.ts';
import { Echoes } from './echoes.ts';
import { IdempotencyGuard, markRequest } from './idempotency.ts';
import type { OpenRow } from './open-vault.ts';
import { renderHead, renderMemory } from './render.ts';
import { inheritAll, inheritFrom, type Inheritance, makeHeader, requireObserved, withinDepth } from './row-plan.ts';
import type { Services } from './services.ts';
import { appendAndFold, sealVersion } from './write-row.ts';

/**
 * Edits a row (API, `PATCH /v1/memories/{id}`): a new, unvalidated version where the row is the app's own and unvalidated, a contest
 * otherwise. No edit makes a row look younger, better founded or later due.
 * @throws {MemSyncError} `memory_unknown`, `row_not_live`, `lineage_cyclic`, `lineage_too_deep`, `scope_exceeded`, `observed_in_future`, and what `enter` throws
 */
export async function edit(
  services: Services,
  token: string,
  id: string,
  request: EditMemory,
  idempotencyKey: string | null,
): Promise<EditReply> {
  const given = await warm(services, token, 'edit');
  return services.writer.submit({
    prepare: async () => {
      const access = await enter(services, given, 'edit');
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, `PATCH /v1/memories/${id}`, request));
      const echoes = await Echoes.look(services, access, request.text === undefined ? [] : [request.claimed?.thread]);
      return { tail: access.vault.state, access, guard, echoes };
    },
    build: ({ access, guard, echoes }, { draft }) => {
      requireOpen(access, draft.now);
      const earlier = guard.earlier(draft);
      if (earlier !== null) return answer(services, access, id, earlier[0] === 'contested' ? 'contested' : 'edited');
      const row = visibleRow(access, id);
      const standing = standingOf(row.state);
      if (standing !== 'live' && standing !== 'contested') throw new MemSyncError('row_not_live', `Row ${id} is ${standing}.`);
      const outcome = isOwn(access, row) ? 'edited' : 'contested';
      if (outcome === 'edited') {
        const header = editedHeader(access, row, request, echoes, draft.now);
        sealVersion(services, access, draft, 'edited', header, request.text ?? row.text);
      } else if (!doubts(access, row)) {
        requireDoubts(access, 1, draft.now);
        const event = { kind: 'contested', row: id, version: row.header.version, reason: 'edit' } as const;
        withFalls(access.vault, draft, [id], () => appendAndFold(services, access, draft, event, null));
      }
      guard.note(access, draft, [outcome]);
      return answer(services, access, id, outcome);
    },
  });
}

/** What is answered, as it stands once this is built: whatever else the commit does, this has been done. */
function answer(services: Services, access: Access, id: string, outcome: EditReply['outcome']): EditReply {
  const memory = renderMemory(access.vault, visibleRow(access, id), nowOf(services, access.vault));
  return { memory, outcome, head: renderHead(access.vault.state) };
}

function isOwn(access: Access, row: OpenRow): boolean {
  return row.state.validation === null && row.state.versions.every((version) => version.grantId === access.grant.id);
}

function editedHeader(access: Access, row: OpenRow, request: EditMemory, echoes: Echoes, now: Instant): RowHeader {
  const { header } = row;
  const category = request.category ?? header.category;
  requireCategory(access, category);
  const observedAt = requireObserved(request.observedAt, now) ?? header.observedAt;
  const echo = request.text === undefined ? null : echoes.of(request.text, request.claimed?.thread, now, row.state.id);
  const asked = request.derivedFrom ?? header.derivedFrom;
  const sources = sourcesOf(access, row, asked, header.derivedFrom, echo?.sources ?? []);
  return makeHeader(
    {
      row: header.row,
      version: header.version + 1,
      collection: header.collection,
      type: request.type ?? header.type,
      category,
      subject: request.subject === undefined ? header.subject : request.subject,
      attribute: request.attribute === undefined ? header.attribute : request.attribute,
      claimed: request.claimed ?? header.origin.claimed,
      grantId: access.grant.id,
      channel: 'api',
      ceiling: access.state.body.originCeiling,
      recordedAt: now,
      observedAt,
      validUntil: earlierEnd(header.validUntil, request.validUntil ?? null),
      derivedFrom: sources.ids,
      supersedes: header.supersedes,
    },
    inheritAll(
      inheritFrom(access.vault, row, 'edit'),
      repeated(access, row, request.text),
      sources.inherited,
      echo?.inherited ?? inheritAll(),
    ),
  );
}

/** An app may name further sources; it cannot shed those that a row has. */
function sourcesOf(
  access: Access,
  row: OpenRow,
  asked: readonly string[],
  had: readonly string[],
  echoed: readonly string[],
): { ids: string[]; inherited: Inheritance } {
  const derivedFrom = (id: string): readonly string[] => access.vault.rows.get(id)?.header.derivedFrom ?? [];
  // An echo of what itself derives from the row is no source of it.
  const sound = echoed.filter((id) => !wouldCycle(row.state.id, [id], derivedFrom));
  const fresh = asked.filter((id) => !had.includes(id));
  for (const id of fresh) visibleRow(access, id);
  if (wouldCycle(row.state.id, fresh, derivedFrom))
    throw new MemSyncError('lineage_cyclic', `Row ${row.state.id} would derive from itself.`);
  const further = withinDepth(access.vault, access.vault.descent.height(row.state.id), fresh, sound);
  const ids = [...new Set([...had, ...further])].slice(0, LIMITS.sources);
  const added = ids.filter((id) => !had.includes(id)).map((id) => visibleRow(access, id));
  return { ids, inherited: inheritAll(...added.map((source) => inheritFrom(access.vault, source, 'source'))) };
}

function repeated(access: Access, row: OpenRow, text: string | undefined): Inheritance {
  if (text === undefined) return inheritAll();
  const others = access.vault.sayingsOf(text).filter((saying) => saying.row !== row.state.id);
  const rows = others.map((saying) => access.vault.rows.get(saying.row)).filter((other) => other !== undefined);
  return inheritAll(...rows.map((other) => inheritFrom(access.vault, other, 'repeat')));
}

function earlierEnd(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
