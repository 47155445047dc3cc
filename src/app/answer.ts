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
import { renderHead, renderMemory } from './render.ts';
import { keptOf } from './replay/kept.ts';
import type { RetrievalRecord } from './retrieval-record.ts';
import { type ServedTag, tagRecordOf } from './tag-record.ts';
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
  /** Ids of the collections whose keys are at hand. */
  readonly open: readonly string[];
  /** Rows that had no vector yet, where it is asked anew. */
  readonly unmet?: ReadonlySet<string>;
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
    limit: limitOf(request),
    now: question.at,
    scope,
    vector: vectorOf(question)?.vector ?? null,
    ...(question.unmet === undefined ? {} : { unmet: question.unmet }),
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
export function engineOf(question: Question): string {
  const { view, scope, unmet } = question;
  const vector = vectorOf(question);
  return vector === null
    ? view.index.engine
    : `${view.index.engine}+${vector.name}@${view.index.vectorsDigest({ scope, ...(unmet === undefined ? {} : { unmet }) })}`;
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

/** Lays the rows that were found out as a context block. */
export function layOut(question: Question, hits: readonly Hit[]): ContextBlock {
  const rows = hits.flatMap((hit) => {
    const row = question.view.rows.get(hit.id);
    return row === undefined ? [] : [contextRow(question, row, hit)];
  });
  return buildContext(rows, { now: question.at, maxTokens: question.request.maxTokens });
}

/** A row as the context block shows it. */
export function contextRow(
  { view, at }: Question,
  row: OpenRow,
  hit: Pick<Hit, 'id' | 'rank'>,
): Parameters<typeof buildContext>[0][number] {
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

function recordOf(question: Question, reply: RetrievalReply, block: ContextBlock): RetrievalRecord {
  const { request, at } = question;
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
    rows: tagsOf(question, block, reply.rows),
    reply: null,
    past: request.asOf !== undefined,
    ...(request.asOf === undefined ? { replay: keptOf(question, limitOf(request), vectorOf(question)) } : {}),
  };
}

/** The rows of a context block as a receipt commits to them, each with its score. */
export function tagsOf(
  { view, at }: Question,
  { rows, segments }: ContextBlock,
  hits: readonly Pick<Hit, 'id' | 'rank' | 'score'>[],
): (ServedTag & { readonly score: number })[] {
  const segmentOf = new Map(segments.flatMap((segment, i) => (segment.kind === 'row' ? [[segment.rowId, i] as const] : [])));
  const byId = new Map(hits.map((hit) => [hit.id, hit]));
  return rows.map(({ id, tag, placement }) => {
    const [hit, row] = [byId.get(id), view.rows.get(id)];
    if (hit === undefined || row === undefined) throw new RangeError('a placed row was found');
    return { ...tagRecordOf(view, row, at, { tag, placement, rank: hit.rank, segment: segmentOf.get(id) ?? 0 }), score: hit.score };
  });
}

function limitOf({ limit }: RetrievalRequest): number {
  return limit ?? DEFAULT_LIMIT;
}
