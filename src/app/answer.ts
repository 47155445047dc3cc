import { LIMITS } from '../../schemas/limits.ts';
import type { RetrievalReply, RetrievalRequest, RetrievedMemory } from '../../schemas/retrieval.ts';
import { makeId } from '../core/ids.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { standingOf } from '../memory/state.ts';
import { buildContext, type ContextBlock } from '../retrieval/context.ts';
import type { Hit, Scope } from '../retrieval/face.ts';
import type { AskedVector } from './embeddings/embeddings.ts';
import type { OpenRow } from './open-vault.ts';
import { renderHead, renderMemory, secondsBetween } from './render.ts';
import type { RetrievalRecord } from './retrieval-record.ts';
import type { VaultView } from './vault-view.ts';

const DEFAULT_LIMIT = 10;

type Withheld = RetrievalReply['withheld'];

/** What is asked, of which vault, as it stands or stood. */
export interface Question {
  readonly view: VaultView;
  readonly request: RetrievalRequest;
  readonly scope: Scope;
  /** When tiers and ages are taken. */
  readonly at: Instant;
  /** When it is asked. */
  readonly now: Instant;
  /** Whether a row is hidden from the caller as the vault stands now, whatever it was then. */
  readonly isHidden: (id: string) => boolean;
  /** What meaning is looked up with; null where no service for embeddings is set up. */
  readonly vector: AskedVector | 'unavailable' | null;
}

/** What a search has found, and how many rows it may not show. */
export interface Found {
  readonly hits: readonly Hit[];
  readonly withheld: Withheld;
}

/** The rows that may be shown, best first. */
export function search(question: Question): Found {
  const { view, request, scope } = question;
  const withheld: Withheld = { dormant: 0, superseded: 0, retracted: 0, contested: 0 };
  const hits = view.index.search(request.query, {
    limit: request.limit ?? DEFAULT_LIMIT,
    now: question.at,
    scope,
    vector: vectorOf(question)?.vector ?? null,
    admits: (id) => admits(question, id, withheld),
  });
  return { hits, withheld };
}

/** What is answered, with the record that a receipt needs. */
export function answer(question: Question, { hits, withheld }: Found, random: Random): { reply: RetrievalReply; record: RetrievalRecord } {
  const { view, request, at, now } = question;
  const block = layOut(question, hits);
  const id = makeId('retrieval', now, random);
  const byId = new Map(hits.map((hit) => [hit.id, hit]));
  const rows = block.rows.map((placed): RetrievedMemory => {
    const hit = byId.get(placed.id);
    const row = view.rows.get(placed.id);
    if (hit === undefined || row === undefined) throw new RangeError('a placed row was found');
    return {
      ...renderMemory(view, row, at),
      tag: placed.tag,
      rank: hit.rank,
      score: hit.score,
      why: whyOf(question, hit),
      placement: placed.placement,
      span: [placed.span[0], placed.span[1]],
    };
  });
  const reply: RetrievalReply = {
    id,
    context: block.context,
    engine: engineOf(question),
    policySha256: view.state.policy.sha256,
    head: renderHead(view.state),
    headRemembered: request.minHead !== undefined,
    evaluatedAt: formatInstant(at),
    expiresAt: formatInstant(now + LIMITS.retrievalMs),
    ...(question.vector === 'unavailable' ? { degraded: 'embeddings_unavailable' } : {}),
    rows,
    withheld,
  };
  return { reply, record: recordOf(question, reply, block) };
}

function vectorOf({ vector }: Question): AskedVector | null {
  return vector === 'unavailable' ? null : vector;
}

/** What ranked the rows: the engine, and with vectors their model and length, and what tells those within the scope from any others. */
function engineOf(question: Question): string {
  const { view, scope } = question;
  const vector = vectorOf(question);
  return vector === null ? view.index.engine : `${view.index.engine}+${vector.name}@${view.index.vectorsDigest({ scope })}`;
}

/** What brought a row; a neighbour that the caller cannot see is not named. */
function whyOf({ isHidden }: Question, { why }: Hit): RetrievedMemory['why'] {
  const others = why.others.map((one) => (one.by === 'neighbours' && isHidden(one.detail ?? '') ? { ...one, detail: null } : { ...one }));
  return { words: why.words.map(({ word, share }) => ({ word, share })), others };
}

/** Whether a row may be shown, and if not, why: superseded and retracted rows never, dormant ones only when asked for. */
function admits({ view, request, at, isHidden }: Question, id: string, withheld: Withheld): boolean {
  const row = view.rows.get(id);
  if (row === undefined) return false;
  const standing = standingOf(row.state);
  if (standing === 'superseded' || standing === 'retracted') {
    withheld[standing] += 1;
    return false;
  }
  if (isHidden(id)) {
    withheld.retracted += 1;
    return false;
  }
  if (standing === 'erased') return false;
  if (request.includeDormant === true || view.tierOf(row, at).tier !== 'dormant') return true;
  withheld[standing === 'contested' ? 'contested' : 'dormant'] += 1;
  return false;
}

function layOut(question: Question, hits: readonly Hit[]): ContextBlock {
  const rows = hits.flatMap((hit) => {
    const row = question.view.rows.get(hit.id);
    return row === undefined ? [] : [contextRow(question, row, hit)];
  });
  return buildContext(rows, { now: question.at, maxTokens: question.request.maxTokens });
}

function contextRow({ view, at }: Question, row: OpenRow, hit: Hit): Parameters<typeof buildContext>[0][number] {
  const standing = standingOf(row.state);
  return {
    id: hit.id,
    placement: view.tierOf(row, at).tier,
    rank: hit.rank,
    text: row.text,
    origin: row.header.origin.effective,
    basisAt: row.basisAt,
    lastValidatedAt: row.state.validation?.at ?? null,
    standing: standing === 'contested' ? 'contested' : 'live',
  };
}

function recordOf({ view, request, at }: Question, reply: RetrievalReply, block: ContextBlock): RetrievalRecord {
  const lineOf = new Map(block.segments.map((segment, i) => [segment.kind === 'row' ? segment.rowId : `#${i}`, i]));
  return {
    id: reply.id,
    query: request.query,
    thread: request.thread ?? null,
    engine: reply.engine,
    ...(reply.degraded === undefined ? {} : { degraded: reply.degraded }),
    policySha256: reply.policySha256,
    head: reply.head,
    evaluatedAt: at,
    segments: block.segments.map((segment) => ({ text: segment.text, row: segment.kind === 'row' ? segment.rowId : null })),
    rows: reply.rows.map((served) => {
      const row = view.rows.get(served.id);
      const validation = row?.state.validation ?? null;
      const basisAt = row?.basisAt ?? at;
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
          ageSeconds: secondsBetween(basisAt, at),
          unvalidatedForSeconds: secondsBetween(validation?.at ?? basisAt, at),
          rank: served.rank,
          segment: lineOf.get(served.id) ?? 0,
          cited: null,
        },
        validation: validation === null ? null : { seq: validation.seq, leaf: validation.leaf },
      };
    }),
    reply: null,
    past: request.asOf !== undefined,
  };
}
