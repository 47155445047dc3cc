import { type ReceiptPredicate, STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import type { NotReplayable, ReplayReply } from '../../../schemas/replay.ts';
import { hex } from '../../core/bytes.ts';
import { formatInstant } from '../../core/instant.ts';
import { parseEnvelope, payloadVerifies } from '../../crypto/dsse.ts';
import { keyId } from '../../log/verifier-key.ts';
import { compareReplay, type ReplayRow } from '../../receipts/replay.ts';
import { keyidOf } from '../../receipts/statement.ts';
import { type Access, inScope, isWithdrawn } from '../access.ts';
import { engineOf, layOut, search, tagsOf } from '../answer.ts';
import { doubtsOf } from '../doubted.ts';
import type { OpenVault } from '../open-vault.ts';
import { pastOf } from '../past/past.ts';
import type { Services } from '../services.ts';
import type { Kept } from './kept.ts';
import { openThen, questionAgain } from './question.ts';
import { Again, isStill, type KeptReceipt, receiptOf, steadily } from './receipt.ts';
import { type KeptRow, keptRows, rowAgain, versionsHold } from './rows.ts';
import { detailOf } from './wording.ts';

/**
 * Makes a receipt's retrieval again, as the vault stood and as it was asked (promise 10), and compares it with what was signed. For a device of
 * the owner, or the grant whose receipt it is. It counts as no serving, and writes nothing.
 * @throws {MemSyncError} `receipt_unknown`, `scope_exceeded`, `row_unopenable` where what is kept of it does not open, `vault_busy`,
 * `ledger_broken`, and what `enter` throws
 */
export function replayReceipt(services: Services, token: string, id: string): Promise<ReplayReply> {
  return steadily(services, token, async (access) => {
    const receipt = await receiptOf(services, access, id);
    const base = baseOf(services, access.vault, receipt);
    const { predicate, record } = receipt;
    if (base.faults.length > 0) return faulty(base);
    const kept = record.replay;
    const reason = kept === undefined ? 'nothing_kept' : await whyNot(services, access, predicate, kept);
    if (kept === undefined || reason !== null) return refused(base, reason ?? 'nothing_kept');
    const there = await services.store.eventHash(access.vault.vault, predicate.head.seq);
    if (there === null || hex(there) !== predicate.head.hash) {
      return faulty(base, `The vault’s ledger has another event ${predicate.head.seq} than the one that the receipt names.`);
    }
    const rows = await keptRows(services, access, id, record.tags);
    return rows === null ? refused(base, 'nothing_kept') : makeAgain(services, access, receipt, kept, rows, base);
  });
}

/** What is in the way of a replay; null for nothing. */
async function whyNot({ store }: Services, access: Access, { engine, head }: ReceiptPredicate, kept: Kept): Promise<NotReplayable | null> {
  const { vault } = access;
  if (engine.split('+')[0] !== vault.index.engine) return 'engine_not_installed';
  if (!reaches(access, kept)) return 'collection_closed';
  const isThere = head.seq <= vault.state.headSeq && (await store.eventHash(vault.vault, head.seq)) !== null;
  return isThere ? null : 'past_unreachable';
}

async function makeAgain(
  services: Services,
  access: Access,
  { record, predicate }: KeptReceipt,
  kept: Kept,
  rows: readonly KeptRow[],
  base: ReplayReply,
): Promise<ReplayReply | Again> {
  const { vault } = access;
  const unopened = await versionsHold(services, vault, rows);
  const of = await vault.pasts.inTurn(async () => (await pastOf(services, vault, { seq: predicate.head.seq })).of);
  // From here on nothing waits, so that nobody gets in between.
  if (!isStill(services, access) || rows.some((row) => !row.erased && vault.state.rows.get(row.row)?.erased !== null)) return new Again();
  const open = openThen(kept);
  const view = of.seenFrom(predicate.evaluatedAt, open);
  const question = questionAgain(view, kept, record.query.text, predicate.evaluatedAt);
  const { hits } = search(question);
  const doubted = doubtsOf(services, view, [...hits, ...rows.flatMap((row) => (row.erased ? [] : [{ id: row.row }]))]);
  if (doubted !== null) return new Again(doubted);
  const block = layOut(question, hits);
  const again = rows.map((row): ReplayRow =>
    row.erased ? row : { ...row, again: unopened.get(row.row) ?? rowAgain(vault, question, open, row.kept) },
  );
  if (!view.isWhole) return new Again();
  if (view.state.policy.sha256 !== predicate.policySha256)
    return faulty(base, 'The policy that held then is another than the one that was signed.');
  const engine = engineOf(question);
  const { counts, added, ...verdict } = compareReplay({
    predicate,
    query: record.query,
    lines: record.lines,
    rows: again,
    again: {
      rows: tagsOf(question, block, hits).map(({ record: { row, tag, rank }, score }) => ({ row, tag, rank, score })),
      segments: block.segments.map(({ text }) => text),
      engine,
    },
    erasedSince: () => erasedSince(vault, kept, predicate.head.seq),
    isLess: (kept.beside ?? []).some((one) => !vault.keys.has(one)),
  });
  const reply: ReplayReply = {
    ...base,
    ...verdict,
    added: added.map(({ row, rank, score }) => ({ row: mayName(access, row) ? row : null, rank, score })),
    engine: { served: predicate.engine, replayed: engine },
    checked: { ...base.checked, ...counts },
  };
  return { ...reply, detail: detailOf(reply) };
}

function refused(base: ReplayReply, reason: NotReplayable): ReplayReply {
  const reply: ReplayReply = { ...base, outcome: 'not_replayable', reason };
  return { ...reply, detail: detailOf(reply) };
}

function faulty(base: ReplayReply, ...faults: string[]): ReplayReply {
  const reply: ReplayReply = { ...base, outcome: 'differs', faults: [...base.faults, ...faults] };
  return { ...reply, detail: detailOf(reply) };
}

/** What is said of a receipt before it is replayed, with what is wrong about it by itself. */
function baseOf(
  { receiptSigner: { name, key } }: Services,
  vault: OpenVault,
  { stored: { id }, record: { envelope }, predicate }: KeptReceipt,
): ReplayReply {
  const isOurs = envelope.signatures[0]?.keyid === keyidOf({ name, keyId: keyId(name, key.publicKey) });
  const holds = isOurs && payloadVerifies(key.publicKey, STATEMENT_PAYLOAD_TYPE, parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope));
  const faults: string[] = [];
  if (isOurs && !holds) faults.push('The receipt’s signature does not verify.');
  if (predicate.vault !== vault.vault || predicate.receipt !== id) faults.push('The statement that is kept is another receipt’s.');
  return {
    receipt: id,
    outcome: 'not_replayable',
    reason: null,
    detail: '',
    faults,
    context: 'unknown',
    rows: [],
    added: [],
    engine: { served: predicate.engine, replayed: vault.index.engine },
    head: predicate.head,
    evaluatedAt: formatInstant(predicate.evaluatedAt),
    checked: { signature: isOurs ? (holds ? 'verified' : 'failed') : 'other_key', commitments: 0, tags: 0, lines: 0, scores: 0, erased: 0 },
  };
}

/** Whether the caller's keys open all that was searched and is not erased, and its grant reaches as far. */
function reaches({ vault, grant }: Access, { collections, categories }: Kept): boolean {
  const allowed = grant.details.categories;
  if (allowed !== null && (categories === undefined || !categories.every((one) => allowed.includes(one)))) return false;
  return collections.every((id) => grant.collections.has(id) || (vault.state.collections.get(id)?.erased ?? null) !== null);
}

function erasedSince({ state }: OpenVault, { collections }: Kept, seq: number): number {
  const searched = new Set(collections);
  let count = 0;
  for (const { collection, erased, versions } of state.rows.values()) {
    if (erased !== null && erased.seq > seq && (versions[0]?.seq ?? Number.POSITIVE_INFINITY) <= seq && searched.has(collection))
      count += 1;
  }
  return count;
}

/** Whether a row that was not served may be named: one that the caller could be served now. */
function mayName(access: Access, id: string): boolean {
  const row = access.vault.rows.get(id);
  if (row === undefined || !access.state.body.capabilities.includes('retrieve')) return false;
  return inScope(access, row) && !isWithdrawn(access, row.state);
}
