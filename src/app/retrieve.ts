import type { RetrievalReply, RetrievalRequest } from '../../schemas/retrieval.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { Token } from '../crypto/token.ts';
import type { Scope } from '../retrieval/face.ts';
import { type Access, collectionByName, enter, isWithdrawn, requireOpen, warm } from './access.ts';
import { answer, search } from './answer.ts';
import { type Doubted, doubtsOf, settleDoubts } from './doubted.ts';
import type { VaultDraft } from './draft.ts';
import type { AskedVector } from './embeddings/embeddings.ts';
import { IdempotencyGuard, markRequest } from './idempotency.ts';
import { nowOf } from './now.ts';
import { pastOf } from './past/past.ts';
import type { PastVault } from './past/past-vault.ts';
import { readRetrieval } from './retrieval-record.ts';
import { sealRecord } from './sealed-record.ts';
import type { Services } from './services.ts';
import { threadTag } from './thread-tag.ts';
import type { VaultView } from './vault-view.ts';
import { Stale } from './writer.ts';

/**
 * Searches a vault, as it stands or as it stood, and lays the rows out as a context block (API, `POST /v1/retrievals`). The record that a
 * receipt will need is on the disk before the answer goes out.
 * @throws {MemSyncError} `collection_unknown`, `head_not_reached`, `as_of_unknown`, and what `enter` throws
 */
export async function retrieve(
  services: Services,
  token: string,
  request: RetrievalRequest,
  idempotencyKey: string | null = null,
): Promise<RetrievalReply> {
  const given = await warm(services, token, 'retrieve');
  const vector = await askFor(services, given, request.query);
  const made = await lookBack(services, given, request);
  let doubted: Doubted | null = null;
  const { access, outcome } = await services.writer.submit({
    prepare: async () => {
      if (doubted !== null) await settleDoubts(services, doubted);
      const access = await enter(services, given, 'retrieve');
      await requireHead(services, access, request.minHead);
      const past = request.asOf === undefined ? null : await pastOf(services, access.vault, request.asOf, made);
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, 'POST /v1/retrievals', request));
      return { tail: access.vault.state, access, past, guard };
    },
    build: ({ access, past, guard }, { draft }) => {
      requireOpen(access, draft.now);
      const earlier = guard.earlier(draft);
      if (earlier !== null) return { access, outcome: earlier[0] ?? '' };
      const now = nowOf(services, access.vault);
      const view: VaultView = past ?? access.vault;
      const isHidden = (row: string): boolean => {
        const state = access.vault.state.rows.get(row);
        return state !== undefined && isWithdrawn(access, state);
      };
      const open = access.vault.keys.collections();
      const question = { view, request, scope: scopeOf(access, request, view), at: past?.at ?? now, now, isHidden, vector, open };
      const found = search(question);
      // What a row said then lies on the disk where somebody has changed it since this was prepared.
      if (past !== null && !past.isWhole) throw new Stale();
      doubted = doubtsOf(services, view, found.hits);
      if (doubted !== null) throw new Stale();
      const { reply, record } = answer(question, found, services.random);
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
      noteServed(access, draft, reply, request, now);
      guard.note(access, draft, [reply.id], now + LIMITS.retrievalMs);
      return { access, outcome: reply };
    },
  });
  return typeof outcome === 'string' ? answeredBefore(services, access, outcome) : outcome;
}

/** The vault as it stood, where that is asked for: folded before anybody waits in line for a commit, as it may take long. */
async function lookBack(services: Services, given: Token, { asOf, minHead }: RetrievalRequest): Promise<PastVault | null> {
  if (asOf === undefined) return null;
  const access = await enter(services, given, 'retrieve');
  await requireHead(services, access, minHead);
  return access.vault.pasts.inTurn(async () => (await pastOf(services, access.vault, asOf)).of);
}

/** The query's vector, where there is a service for that: of nobody who may not retrieve, and before anybody waits in line for a commit. */
async function askFor(services: Services, given: Token, query: string): Promise<AskedVector | 'unavailable' | null> {
  if (services.embeddings === null) return null;
  const { vault, grant } = await enter(services, given, 'retrieve');
  return services.embeddings.ask(vault, grant.id, query);
}

/**
 * What is shown is remembered: to a thread, so that what is said in it afterwards is known for an echo (promise 5); to a grant, for its owner.
 * A look at the past is neither said in a thread nor does it make a row one that is in use.
 */
function noteServed(access: Access, draft: VaultDraft, reply: RetrievalReply, { thread, asOf }: RetrievalRequest, now: Instant): void {
  const rows = reply.rows.map(({ id }) => id);
  if (rows.length === 0) return;
  draft.reads.push({ grant: access.grant.id, retrieval: reply.id, at: now, rows });
  if (asOf !== undefined) return;
  access.vault.recent.note(access.grant.id, rows, now);
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

/** What the grant may see now, of the collections that there were. */
function scopeOf(access: Access, request: RetrievalRequest, { state }: VaultView): Scope {
  const asked = request.collections?.map((name) => {
    const id = collectionByName(access, name);
    if (state.collections.has(id)) return id;
    throw new MemSyncError('collection_unknown', `There was no collection “${name}” then.`);
  });
  const allowed = access.grant.details.categories;
  const categories =
    request.categories === undefined ? allowed : request.categories.filter((one) => allowed === null || allowed.includes(one));
  return {
    collections: asked === undefined ? access.grant.collections : new Set(asked),
    categories: categories === null ? null : new Set(categories),
  };
}
