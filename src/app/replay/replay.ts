import { type Bundle, type ReceiptPredicate, STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import type { NotReplayable, ReplayReply } from '../../../schemas/replay.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { parseEnvelope, payloadVerifies } from '../../crypto/dsse.ts';
import { keyId } from '../../log/verifier-key.ts';
import { compareReplay, type ReplayRow } from '../../receipts/replay.ts';
import { keyidOf, parseStatement } from '../../receipts/statement.ts';
import type { StoredReceipt } from '../../store/records.ts';
import { type Access, enter, inScope, isWithdrawn } from '../access.ts';
import { engineOf, layOut, type Question, search, tagsOf } from '../answer.ts';
import { type Doubted, doubtsOf, settleDoubts } from '../doubted.ts';
import { nowOf } from '../now.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Past } from '../past/past.ts';
import { pastOf } from '../past/past.ts';
import { ReceiptRecord } from '../receipt-record.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import { type Kept, keptVector } from './kept.ts';
import { keptRows, rowAgain, versionsHold } from './rows.ts';
import { detailOf, WHY_NOT } from './wording.ts';

/** So often a replay is begun anew when something has happened meanwhile. */
const ATTEMPTS = 16;

/**
 * Makes a receipt's retrieval again, as the vault stood and as it was asked (promise 10), and compares it with what was signed. For a device of
 * the owner, or the grant whose receipt it is. It counts as no serving, and writes nothing.
 * @throws {MemSyncError} `receipt_unknown`, `scope_exceeded`, `vault_busy`, `ledger_broken`, and what `enter` throws
 */
export async function replayReceipt(services: Services, token: string, id: string): Promise<ReplayReply> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const access = await enter(services, token, 'receipt');
    const outcome = await attemptReplay(services, access, id);
    if ('outcome' in outcome) return outcome;
    if (outcome.doubted !== null) await settleDoubts(services, outcome.doubted);
  }
  throw new MemSyncError('vault_busy', 'The vault keeps moving while the receipt is replayed; try again.');
}

/** To be begun anew: rows' validations have to be settled first, or something has happened meanwhile. */
interface Again {
  readonly doubted: Doubted | null;
}

async function attemptReplay(services: Services, access: Access, id: string): Promise<ReplayReply | Again> {
  const { vault } = access;
  const stored = await services.store.receipt(vault.vault, id);
  const isOwn = stored?.grant === access.grant.id;
  if (stored === null || (access.state.body.role === 'app' && !isOwn))
    throw new MemSyncError('receipt_unknown', `There is no receipt ${id} in your scope.`);
  if (!isOwn && access.state.body.role !== 'device')
    throw new MemSyncError('scope_exceeded', 'A receipt is replayed by a device of the owner’s, or by the app whose receipt it is.');
  const record = openRecord(vault.vaultKeys(), ['receipt', id], stored.sealed, ReceiptRecord);
  const { predicate } = parseStatement(parseEnvelope(STATEMENT_PAYLOAD_TYPE, record.envelope).payload);
  const base = baseOf(services, vault, stored, record.envelope, predicate);
  const kept = record.replay;
  const no = (reason: NotReplayable, detail: string = WHY_NOT[reason]): ReplayReply => ({
    ...base,
    outcome: 'not_replayable',
    reason,
    detail,
  });
  if (base.faults.length > 0) return { ...base, outcome: 'differs', detail: detailOf('differs', base) };
  if (kept === undefined) return no('nothing_kept');
  if (predicate.engine.split('+')[0] !== vault.index.engine) return no('engine_not_installed');
  if (!reaches(access, kept)) return no('collection_closed');
  const there = predicate.head.seq > vault.state.headSeq ? null : await services.store.eventHash(vault.vault, predicate.head.seq);
  if (there === null) return no('past_unreachable');
  if (hex(there) !== predicate.head.hash) {
    const faults = [`The vault’s ledger has another event ${predicate.head.seq} than the one that the receipt names.`];
    return { ...base, faults, outcome: 'differs', detail: detailOf('differs', base) };
  }
  const rows = await keptRows(services, access, id, record.tags);
  if (rows === null) return no('nothing_kept');
  const opened = await versionsHold(services, vault, rows);
  const of = await vault.pasts.inTurn(async () => (await pastOf(services, vault, { seq: predicate.head.seq })).of);
  // From here on nobody else gets in between.
  if (services.vaults.open.get(vault.vault) !== vault || !vault.grants.has(access.grant.id)) return { doubted: null };
  if (!rows.every((row) => row.erased || vault.state.rows.get(row.row)?.erased === null)) return { doubted: null };
  const open = new Set([...kept.collections, ...(kept.beside ?? [])]);
  const view = of.seenFrom(predicate.evaluatedAt, open);
  const question = questionOf(services, access, view, kept, record.query.text, predicate.evaluatedAt);
  const unmet = new Set(kept.vector?.unmet ?? []);
  const { hits } = search({ ...question, unmet });
  if (!view.isWhole) return { doubted: null };
  const doubted = doubtsOf(services, view, [...hits, ...rows.flatMap((row) => (row.erased ? [] : [{ id: row.row }]))]);
  if (doubted !== null) return { doubted };
  const block = layOut(question, hits);
  const again = rows.map((row): ReplayRow =>
    row.erased ? row : { ...row, again: opened.get(row.row) ?? rowAgain(vault, question, open, row.kept) },
  );
  if (!view.isWhole) return { doubted: null };
  if (view.state.policy.sha256 !== predicate.policySha256)
    base.faults.push('The policy that held then is another than the one that was signed.');
  const compared = compareReplay({
    predicate,
    query: record.query,
    lines: record.lines,
    rows: again,
    again: {
      rows: tagsOf(question, block, hits).map(({ record: { row, tag, rank }, score }) => ({ row, tag, rank, score })),
      segments: block.segments.map(({ text }) => text),
      engine: engineOf({ ...question, unmet }),
    },
    erasedSince: () => erasedSince(vault, kept, predicate.head.seq),
    isLess: (kept.beside ?? []).some((one) => !vault.keys.has(one)),
  });
  const { counts, added, ...verdict } = compared;
  const faults = [...base.faults, ...verdict.faults];
  const outcome = faults.length > 0 ? 'differs' : verdict.outcome;
  const reply: ReplayReply = {
    ...base,
    ...verdict,
    faults,
    outcome,
    added: added.map(({ row, rank, score }) => ({ row: mayName(access, row) ? row : null, rank, score })),
    engine: { served: predicate.engine, replayed: engineOf({ ...question, unmet }) },
    checked: { ...base.checked, ...counts },
  };
  return { ...reply, detail: detailOf(outcome, reply) };
}

/** What is said of a receipt before it is replayed, with what is wrong about it by itself. */
function baseOf(
  { receiptSigner: { name, key } }: Services,
  vault: OpenVault,
  { id }: StoredReceipt,
  envelope: Bundle['envelope'],
  predicate: ReceiptPredicate,
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

function questionOf(services: Services, { vault }: Access, view: Past, kept: Kept, query: string, at: number): Question {
  const { limit, includeDormant, maxTokens, collections, categories } = kept;
  return {
    view,
    request: {
      query,
      limit,
      ...(includeDormant === undefined ? {} : { includeDormant }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
    },
    scope: { collections: new Set(collections), categories: categories === undefined ? null : new Set(categories) },
    at,
    now: nowOf(services, vault),
    // What was retracted by then stands so in the vault as it stood.
    isHidden: () => false,
    vector: keptVector(kept),
    open: [],
  };
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
