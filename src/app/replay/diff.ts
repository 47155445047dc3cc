import type { DiffReply, DiffRequest } from '../../../schemas/diff.ts';
import type { TagRecord } from '../../../schemas/receipt.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { type AskedThen, type DiffSide, diffReceipts } from '../../receipts/diff.ts';
import type { Scope } from '../../retrieval/face.ts';
import { type Access, isWithdrawn } from '../access.ts';
import { engineOf, layOut, type Question, search, tagsOf } from '../answer.ts';
import { doubtsOf } from '../doubted.ts';
import type { AskedVector } from '../embeddings/embeddings.ts';
import { nowOf } from '../now.ts';
import type { OpenVault } from '../open-vault.ts';
import { pastOf } from '../past/past.ts';
import type { PastVault } from '../past/past-vault.ts';
import { readReceiptOf } from '../receipts.ts';
import { renderHead } from '../render.ts';
import type { Services } from '../services.ts';
import { factsOf } from './facts.ts';
import type { Kept } from './kept.ts';
import { openThen, questionAgain, requestOf, scopeOfKept } from './question.ts';
import { Again, isStill, type KeptReceipt, receiptOf, steadily } from './receipt.ts';

/** One side of a comparison: what there is to compare, and the vault that it was made of, with what was asked of it. */
interface Compared {
  readonly side: DiffSide;
  readonly told: DiffReply['from'];
  /** Null where what a replay needs was not kept. */
  readonly question: Question | null;
  /** Whether all that rows said then is at hand still. */
  readonly isWhole: () => boolean;
}

/**
 * What changed from one receipt to another, or to what the same question finds now within the scope of both the receipt and the caller (API,
 * `POST /v1/receipts/{id}/diff`). For a device of the owner, or the grant whose receipts they are. It counts as no serving, and writes nothing.
 * @throws {MemSyncError} `receipt_unknown`, `scope_exceeded`; `input_invalid` for now, where what was asked was not kept; `vault_busy`, and
 * what `enter` throws
 */
export function diffReceipt(services: Services, token: string, id: string, request: DiffRequest): Promise<DiffReply> {
  return steadily(services, token, async (access) => {
    const from = await openReceipt(services, access, id);
    const to = request.with === 'now' ? null : await openReceipt(services, access, request.with);
    const asked = to === null ? await askNow(services, access, from) : null;
    const thenFrom = await stoodAt(services, access.vault, from);
    const thenTo = to === null ? null : await stoodAt(services, access.vault, to);
    // From here on nothing waits, so that nobody gets in between.
    if (!isStill(services, access)) return new Again();
    const before = ofReceipt(access, from, thenFrom);
    const after = to === null || thenTo === null ? ofNow(services, access, from, asked) : ofReceipt(access, to, thenTo);
    const facts = factsOf(access, before.question, after.question);
    for (const { question } of [before, after]) {
      const rows = [before, after].flatMap(({ side }) => side.rows.flatMap((record) => (record === null ? [] : [{ id: record.row }])));
      const doubted = question === null ? null : doubtsOf(services, question.view, rows);
      if (doubted !== null) return new Again(doubted);
    }
    const { lines, same } = diffReceipts(before.side, after.side, facts);
    if (!before.isWhole() || !after.isWhole()) return new Again();
    return { from: before.told, to: after.told, lines, same };
  });
}

/** A receipt with the rows that the caller may see. */
interface Opened extends KeptReceipt {
  readonly rows: readonly (TagRecord | null)[];
  readonly erased: DiffSide['erased'];
  readonly query: string | null;
}

async function openReceipt(services: Services, access: Access, id: string): Promise<Opened> {
  const receipt = await receiptOf(services, access, id);
  const { bundle, erased } = await readReceiptOf(services, access, id);
  const gone = new Set(erased.map(({ position }) => position));
  return {
    ...receipt,
    rows: bundle.disclosures.tags.filter((_tag, position) => !gone.has(position)).map((tag) => tag?.record ?? null),
    erased: erased.map(({ position, row }) => ({ row, tag: `m${position + 1}` })),
    query: bundle.disclosures.query?.text ?? null,
  };
}

/** The vault as it stood when a receipt's rows were found; null where its ledger does not reach as far. */
async function stoodAt(services: Services, vault: OpenVault, { predicate }: KeptReceipt): Promise<PastVault | null> {
  if (predicate.head.seq > vault.state.headSeq) return null;
  return vault.pasts.inTurn(async () => (await pastOf(services, vault, { seq: predicate.head.seq })).of);
}

function ofReceipt({ vault }: Access, { stored, record, predicate, rows, erased, query }: Opened, stood: PastVault | null): Compared {
  const { model, app, tools, engine, build, policySha256, head, evaluatedAt } = predicate;
  const kept = record.replay;
  const view = stood?.seenFrom(evaluatedAt, kept === undefined ? null : openThen(kept)) ?? null;
  return {
    side: {
      said: { model, app, tools },
      engine,
      build,
      policySha256,
      head,
      evaluatedAt,
      query,
      asked: kept === undefined ? null : askedThen(vault, kept, scopeOfKept(kept)),
      grant: stored.grant,
      rows,
      erased,
    },
    told: { receipt: stored.id, evaluatedAt: formatInstant(evaluatedAt), head, rows: record.tags },
    question: view === null || kept === undefined ? null : questionAgain(view, kept, record.query.text, evaluatedAt),
    isWhole: () => view?.isWhole ?? true,
  };
}

/** The query's vector, where there is a service for that. */
async function askNow(services: Services, access: Access, { record }: KeptReceipt): Promise<AskedVector | 'unavailable' | null> {
  if (services.embeddings === null) return null;
  return services.embeddings.ask(access.vault, access.grant.id, record.query.text);
}

/** What the same question finds now, where the receipt's scope and the caller's meet. */
function ofNow(services: Services, access: Access, { stored, record, query }: Opened, vector: Question['vector']): Compared {
  const { vault } = access;
  const kept = record.replay;
  if (kept === undefined)
    throw new MemSyncError('input_invalid', 'The receipt was issued before what was asked was kept: compare it with another receipt.');
  const now = nowOf(services, vault);
  const scope = meet(access, scopeOfKept(kept));
  const isHidden = (row: string): boolean => {
    const state = vault.state.rows.get(row);
    return state !== undefined && isWithdrawn(access, state);
  };
  const question: Question = { view: vault, request: requestOf(kept, record.query.text), scope, at: now, now, isHidden, vector, open: [] };
  const { hits } = search(question);
  const found = tagsOf(question, layOut(question, hits), hits);
  const grant = vault.state.grants.get(stored.grant);
  const isCut = grant === undefined || grant.revokedAt !== null || (grant.body.expiresAt !== null && now >= grant.body.expiresAt);
  return {
    side: {
      said: null,
      engine: engineOf(question),
      build: services.build,
      policySha256: vault.state.policy.sha256,
      head: { seq: vault.state.headSeq },
      evaluatedAt: now,
      query,
      asked: askedThen(vault, kept, scope),
      grant: isCut ? 'revoked or run out' : stored.grant,
      rows: found.map(({ record: row }) => row),
      erased: [],
    },
    told: { receipt: null, evaluatedAt: formatInstant(now), head: renderHead(vault.state), rows: found.length },
    question,
    isWhole: () => true,
  };
}

function meet({ vault, grant }: Access, { collections, categories }: Scope): Scope {
  const allowed = grant.details.categories;
  const isThere = (id: string): boolean => grant.collections.has(id) && (vault.state.collections.get(id)?.erased ?? null) === null;
  return {
    collections: new Set([...collections].filter(isThere)),
    categories: allowed === null ? categories : new Set(allowed.filter((one) => categories === null || categories.has(one))),
  };
}

function askedThen(vault: OpenVault, { limit, maxTokens, includeDormant }: Kept, { collections, categories }: Scope): AskedThen {
  return {
    limit,
    maxTokens: maxTokens ?? null,
    includeDormant: includeDormant ?? false,
    collections: [...collections].map((id) => vault.names.get(id) ?? id),
    categories: categories === null ? null : [...categories],
  };
}
