import type { RetrievalReply, RetrievalRequest, RetrievedMemory } from '../../schemas/retrieval.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { makeId } from '../core/ids.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { standingOf } from '../memory/state.ts';
import { buildContext, type ContextBlock } from '../retrieval/context.ts';
import type { Hit, Scope } from '../retrieval/face.ts';
import { type Access, collectionByName, enter, requireOpen, warm } from './access.ts';
import type { VaultDraft } from './draft.ts';
import { IdempotencyGuard, markRequest } from './idempotency.ts';
import { nowOf } from './now.ts';
import type { OpenRow } from './open-vault.ts';
import { renderHead, renderMemory, secondsBetween } from './render.ts';
import { readRetrieval, type RetrievalRecord } from './retrieval-record.ts';
import { sealRecord } from './sealed-record.ts';
import type { Services } from './services.ts';
import { threadTag } from './thread-tag.ts';

const DEFAULT_LIMIT = 10;

type Withheld = RetrievalReply['withheld'];

/**
 * Searches a vault and lays the rows out as a context block (API, `POST /v1/retrievals`). The record that a receipt will need is on the disk
 * before the answer goes out.
 * @throws {MemSyncError} `collection_unknown`, `head_not_reached`, and what `enter` throws
 */
export async function retrieve(
  services: Services,
  token: string,
  request: RetrievalRequest,
  idempotencyKey: string | null = null,
): Promise<RetrievalReply> {
  const given = await warm(services, token, 'retrieve');
  const { access, outcome } = await services.writer.submit({
    prepare: async () => {
      const access = await enter(services, given, 'retrieve');
      await requireHead(services, access, request.minHead);
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, 'POST /v1/retrievals', request));
      return { tail: access.vault.state, access, guard };
    },
    build: ({ access, guard }, { draft }) => {
      requireOpen(access, draft.now);
      const earlier = guard.earlier(draft);
      if (earlier !== null) return { access, outcome: earlier[0] ?? '' };
      const now = nowOf(services, access.vault);
      const { reply, record } = answer(services, access, request, now);
      draft.retrievals.push({
        id: reply.id,
        grant: access.grant.id,
        createdAt: now,
        expiresAt: now + LIMITS.retrievalMs,
        sealed: sealRecord(
          access.vault.vaultKey(),
          ['retrieval', reply.id],
          idempotencyKey === null ? record : { ...record, reply },
          services.random,
        ),
      });
      noteServed(access, draft, reply, request.thread, now);
      guard.note(access, draft, [reply.id], now + LIMITS.retrievalMs);
      return { access, outcome: reply };
    },
  });
  return typeof outcome === 'string' ? answeredBefore(services, access, outcome) : outcome;
}

/** What is shown is remembered: to a thread, so that what is said in it afterwards is known for an echo (promise 5); to a grant, for its owner. */
function noteServed(access: Access, draft: VaultDraft, reply: RetrievalReply, thread: string | undefined, now: Instant): void {
  const rows = reply.rows.map(({ id }) => id);
  if (rows.length === 0) return;
  access.vault.recent.note(access.grant.id, rows, now);
  draft.reads.push({ grant: access.grant.id, retrieval: reply.id, at: now, rows });
  if (thread === undefined) return;
  draft.served.push({ threadTag: threadTag(access.vault, thread), at: now, retrieval: reply.id, rows });
}

/** The answer that the same request was given before, word for word. */
async function answeredBefore(services: Services, access: Access, id: string): Promise<RetrievalReply> {
  const reply = (await readRetrieval(services, access, id))?.reply ?? null;
  if (reply === null) throw new MemSyncError('retrieval_unknown', 'The retrieval that was made under this key has lapsed.');
  return reply;
}

async function requireHead(services: Services, access: Access, minHead: RetrievalRequest['minHead']): Promise<void> {
  if (minHead === undefined) return;
  const { state } = access.vault;
  if (state.headSeq < minHead.seq) {
    throw new MemSyncError('head_not_reached', `The vault stands at ${state.headSeq}; you remember ${minHead.seq}.`, {
      context: { seq: state.headSeq },
    });
  }
  const there = await services.store.eventHash(access.vault.vault, minHead.seq);
  if (minHead.hash !== undefined && (there === null || hex(there) !== minHead.hash)) {
    throw new MemSyncError('head_not_reached', `At ${minHead.seq} this vault has another head than the one that you remember.`, {
      context: { seq: state.headSeq },
    });
  }
}

function answer(
  services: Services,
  access: Access,
  request: RetrievalRequest,
  now: Instant,
): { reply: RetrievalReply; record: RetrievalRecord } {
  const { vault } = access;
  const withheld: Withheld = { dormant: 0, superseded: 0, retracted: 0, contested: 0 };
  const hits = vault.index.search(request.query, {
    limit: request.limit ?? DEFAULT_LIMIT,
    scope: scopeOf(access, request),
    admits: (id) => admits(access, id, request.includeDormant ?? false, now, withheld),
  });
  const block = layOut(access, hits, now, request.maxTokens);
  const id = makeId('retrieval', now, services.random);
  const byId = new Map(hits.map((hit) => [hit.id, hit]));
  const rows = block.rows.map((placed): RetrievedMemory => {
    const hit = byId.get(placed.id);
    const row = vault.rows.get(placed.id);
    if (hit === undefined || row === undefined) throw new RangeError('a placed row was found');
    return {
      ...renderMemory(vault, row, now),
      tag: placed.tag,
      rank: hit.rank,
      score: hit.score,
      why: { words: hit.why.words.map(({ word, share }) => ({ word, share })) },
      placement: placed.placement,
      span: [placed.span[0], placed.span[1]],
    };
  });
  const reply: RetrievalReply = {
    id,
    context: block.context,
    engine: vault.index.engine,
    policySha256: vault.state.policy.sha256,
    head: renderHead(vault.state),
    headRemembered: request.minHead !== undefined,
    evaluatedAt: formatInstant(now),
    expiresAt: formatInstant(now + LIMITS.retrievalMs),
    rows,
    withheld,
  };
  return { reply, record: recordOf(access, reply, request, block, now) };
}

function scopeOf(access: Access, request: RetrievalRequest): Scope {
  const asked = request.collections?.map((name) => collectionByName(access, name));
  const allowed = access.grant.details.categories;
  const categories =
    request.categories === undefined ? allowed : request.categories.filter((one) => allowed === null || allowed.includes(one));
  return {
    collections: asked === undefined ? access.grant.collections : new Set(asked),
    categories: categories === null ? null : new Set(categories),
  };
}

/** Whether a row may be shown, and if not, why: superseded and retracted rows never, dormant ones only when asked for. */
function admits(access: Access, id: string, includeDormant: boolean, now: Instant, withheld: Withheld): boolean {
  const row = access.vault.rows.get(id);
  if (row === undefined) return false;
  const standing = standingOf(row.state);
  if (standing === 'superseded' || standing === 'retracted') {
    withheld[standing] += 1;
    return false;
  }
  if (standing === 'erased') return false;
  if (includeDormant || access.vault.tierOf(row, now).tier !== 'dormant') return true;
  withheld[standing === 'contested' ? 'contested' : 'dormant'] += 1;
  return false;
}

function layOut(access: Access, hits: readonly Hit[], now: Instant, maxTokens: number | undefined): ContextBlock {
  const rows = hits.flatMap((hit) => {
    const row = access.vault.rows.get(hit.id);
    return row === undefined ? [] : [contextRow(access, row, hit, now)];
  });
  return buildContext(rows, { now, maxTokens });
}

function contextRow(access: Access, row: OpenRow, hit: Hit, now: Instant): Parameters<typeof buildContext>[0][number] {
  const standing = standingOf(row.state);
  return {
    id: hit.id,
    placement: access.vault.tierOf(row, now).tier,
    rank: hit.rank,
    text: row.text,
    origin: row.header.origin.effective,
    basisAt: row.basisAt,
    lastValidatedAt: row.state.validation?.at ?? null,
    standing: standing === 'contested' ? 'contested' : 'live',
  };
}

function recordOf(access: Access, reply: RetrievalReply, request: RetrievalRequest, block: ContextBlock, now: Instant): RetrievalRecord {
  const lineOf = new Map(block.segments.map((segment, i) => [segment.kind === 'row' ? segment.rowId : `#${i}`, i]));
  return {
    id: reply.id,
    query: request.query,
    thread: request.thread ?? null,
    engine: reply.engine,
    policySha256: reply.policySha256,
    head: reply.head,
    evaluatedAt: now,
    segments: block.segments.map((segment) => ({ text: segment.text, row: segment.kind === 'row' ? segment.rowId : null })),
    rows: reply.rows.map((served) => {
      const row = access.vault.rows.get(served.id);
      const validation = row?.state.validation ?? null;
      const basisAt = row?.basisAt ?? now;
      return {
        record: {
          tag: served.tag,
          row: served.id,
          version: served.version,
          commitment: served.commitment,
          placement: served.placement,
          tier: served.tier,
          standing: served.standing,
          origin: served.origin.effective,
          basisAt,
          lastValidatedAt: validation?.at ?? null,
          ageSeconds: secondsBetween(basisAt, now),
          unvalidatedForSeconds: secondsBetween(validation?.at ?? basisAt, now),
          rank: served.rank,
          segment: lineOf.get(served.id) ?? 0,
          cited: null,
        },
        validation: validation === null ? null : { seq: validation.seq, leaf: validation.leaf },
      };
    }),
    reply: null,
  };
}
