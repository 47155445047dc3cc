import { type ReceiptReply, type ReceiptRequest, STATEMENT_PAYLOAD_TYPE, type TagRecord } from '../../schemas/receipt.ts';
import { fromHex, hex, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { makeId } from '../core/ids.ts';
import type { Instant } from '../core/instant.ts';
import { sha256 } from '../crypto/sha256.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { citedTags } from '../claims/cited.ts';
import { claimsAtIssue } from '../claims/claims.ts';
import { rowInjected } from '../claims/served.ts';
import { requestSha256 } from '../claims/request.ts';
import { unexplainedClaims } from '../claims/unexplained.ts';
import { keyId } from '../log/verifier-key.ts';
import { contextRoot, queryDigest, requestDigest, segmentLeaf } from '../receipts/segment.ts';
import { buildStatement, keyidOf, receiptEntry, signedClaims, signReceipt } from '../receipts/statement.ts';
import { tagDigest } from '../receipts/tag.ts';
import type { StoredReceipt } from '../store/records.ts';
import { type Access, enter, requireOpen, warm } from './access.ts';
import { labelTag } from './label-tag.ts';
import { nowOf } from './now.ts';
import type { VaultDraft } from './draft.ts';
import { laterOf } from './evidence/bundle.ts';
import type { Entering } from './evidence/enter-pieces.ts';
import { enterAtIssue, judgeAtIssue } from './evidence/issue.ts';
import { IdempotencyGuard, markRequest } from './idempotency.ts';
import type { ReceiptRecord, ReceiptRowRecord } from './receipt-record.ts';
import { assembleReceipt, readReceiptOf } from './receipts.ts';
import { readRetrieval, type RetrievalRecord } from './retrieval-record.ts';
import { sealRecord } from './sealed-record.ts';
import type { Services } from './services.ts';
import { threadTag } from './thread-tag.ts';

/**
 * Issues the receipt of one inference (API, `POST /v1/receipts`): signed, entered into the log and on the disk, under a checkpoint signed
 * in the same commit, before the answer goes out.
 * Evidence that comes with it is judged beforehand, and goes into the log in the same commit.
 * @throws {MemSyncError} `retrieval_unknown`, `retrieval_past`, `retrieval_used`, `idempotency_conflict`, `claim_unknown`, `evidence_malformed`,
 * `evidence_misplaced`, `evidence_full`, `judging_busy`, and what `enter` throws
 */
export async function issueReceipt(
  services: Services,
  token: string,
  request: ReceiptRequest,
  idempotencyKey: string | null,
): Promise<ReceiptReply> {
  const given = await warm(services, token, 'receipt');
  const { evidence } = request;
  const look = async () => {
    const access = await enter(services, given, 'receipt');
    const guard = await IdempotencyGuard.look(services, access, markRequest(access, idempotencyKey, 'POST /v1/receipts', request));
    const used = await services.store.receiptForRetrieval(access.vault.vault, request.retrievalId);
    const retrieval = await readRetrieval(services, access, request.retrievalId);
    return { tail: access.vault.state, access, guard, used, retrieval };
  };
  const makeOf = ({ access, used, retrieval }: Awaited<ReturnType<typeof look>>): Made =>
    make(services, access, request, requireIssuable(access, retrieval, used), nowOf(services, access.vault));

  // Evidence is judged against the receipt as it will be, before anything is queued: no commit waits for it.
  let ahead: { readonly made: Made; readonly judged: readonly Entering[] } | null = null;
  if (evidence !== undefined) {
    const looked = await look();
    const earlier = looked.guard.earlier({ idempotency: [] });
    if (earlier !== null) return readReceiptOf(services, looked.access, earlier[0] ?? '');
    const made = makeOf(looked);
    ahead = { made, judged: await judgeAtIssue(services, looked.access, made, evidence) };
  }
  const issued = await services.writer.submit({
    prepare: look,
    build: (prepared, context) => {
      const { access, guard, used, retrieval } = prepared;
      const { draft, log } = context;
      requireOpen(access, draft.now);
      const earlier = guard.earlier(draft);
      if (earlier !== null) return { access, id: earlier[0] ?? '', made: null };
      const issuable = requireIssuable(access, retrieval, used);
      if (draft.receipts.some((one) => one.retrieval === request.retrievalId)) throw usedUp(null);
      const made = ahead?.made ?? make(services, access, request, issuable, nowOf(services, access.vault));
      const sealed = sealMade(services, access, made);
      // Nothing after this can be refused: what is in the log has its receipt beside it.
      const logIndex = log(made.entry);
      const stored = keep(access, draft, request, made, sealed, logIndex);
      const chain = ahead === null ? null : enterAtIssue(services, access, context, stored, made.record, ahead.judged);
      guard.note(access, draft, [made.id]);
      return { access, id: made.id, made: { ...made, logIndex, chain } };
    },
  });
  const { access, id, made } = issued;
  if (made === null) return readReceiptOf(services, access, id);
  const { record, rows, issuedAt, logIndex, chain } = made;
  const later = chain === null ? { claims: record.claims, addenda: [] } : await laterOf(services, access.vault, chain, true);
  return assembleReceipt(services, access.vault, { id, issuedAt, logIndex }, record, rows, later);
}

/** @throws {MemSyncError} `retrieval_unknown`, `retrieval_past`, `retrieval_used` */
function requireIssuable(access: Access, retrieval: RetrievalRecord | null, used: string | null): RetrievalRecord {
  if (retrieval === null) throw new MemSyncError('retrieval_unknown', 'There is no such retrieval of yours, or its ten minutes are over.');
  if (retrieval.past) throw new MemSyncError('retrieval_past', 'The retrieval was of the vault as it stood earlier.');
  if (retrieval.rows.some(({ record }) => access.vault.state.rows.get(record.row)?.erased !== null))
    throw new MemSyncError('retrieval_unknown', 'A row that this retrieval served has been erased since.');
  if (used !== null) throw usedUp(used);
  return retrieval;
}

function usedUp(by: string | null): MemSyncError {
  return new MemSyncError('retrieval_used', 'This retrieval has a receipt.', { context: { receipt: by } });
}

interface Made {
  readonly id: string;
  readonly issuedAt: Instant;
  readonly record: ReceiptRecord;
  readonly rows: readonly ReceiptRowRecord[];
  readonly entry: Uint8Array;
}

function make(services: Services, access: Access, request: ReceiptRequest, retrieval: RetrievalRecord, now: Instant): Made {
  const { random } = services;
  const id = makeId('receipt', now, random);
  const salt = (): string => hex(random.bytes(32));
  const outputText = 'text' in request.output ? request.output.text : null;
  const cited =
    outputText === null
      ? null
      : new Set(
          citedTags(
            outputText,
            retrieval.rows.map(({ record }) => record.tag),
          ),
        );
  const lineSalts = retrieval.segments.map(salt);
  const leaves = retrieval.segments.map((segment, i) => segmentLeaf(fromHex(lineSalts[i] ?? ''), segment.text));
  const rows = retrieval.rows.map(({ record, validation, score }): ReceiptRowRecord => {
    const line = retrieval.segments[record.segment]?.text ?? '';
    const tag: TagRecord = { ...record, cited: cited === null ? null : cited.has(record.tag) };
    return {
      tagSalt: salt(),
      record: tag,
      injected: rowInjected(line, request.request),
      lineSalt: lineSalts[record.segment] ?? '',
      line,
      validation,
      ...(score === undefined ? {} : { score }),
    };
  });
  const context = retrieval.segments.map((segment) => segment.text).join('');
  const claims = claimsAtIssue({
    served: { context, segments: retrieval.segments.map(({ text }) => text), tags: rows.map(({ record }) => record) },
    request: request.request,
    output: request.output,
    model: request.model,
  });
  const query = { salt: salt(), text: retrieval.query };
  const sent = request.request === undefined ? null : { salt: salt(), sha256: requestSha256(request.request) };
  const outputSha256 = 'sha256' in request.output ? request.output.sha256 : hex(sha256(utf8(request.output.text)));
  const payload = buildStatement({
    outputSha256,
    predicate: {
      receipt: id,
      vault: access.vault.vault,
      head: retrieval.head,
      policySha256: retrieval.policySha256,
      engine: retrieval.engine,
      build: services.build,
      evaluatedAt: retrieval.evaluatedAt,
      issuedAt: now,
      retrieval: retrieval.id,
      queryDigest: hex(queryDigest(fromHex(query.salt), query.text)),
      contextRoot: hex(contextRoot(leaves)),
      contextSegments: leaves.length,
      contextLength: context.length,
      tags: rows.map((row) => hex(tagDigest(fromHex(row.tagSalt), row.record))),
      model: request.model,
      requestDigest: sent === null ? null : hex(requestDigest(fromHex(sent.salt), sent.sha256)),
      conversation: request.conversation ?? null,
      app: request.app ?? null,
      tools: request.tools ?? [],
      claims: signedClaims(claims),
    },
  });
  const { name, key } = services.receiptSigner;
  const envelope = signReceipt(key, keyidOf({ name, keyId: keyId(name, key.publicKey) }), payload);
  const lines = retrieval.segments.map((segment, i) =>
    segment.row === null
      ? { salt: lineSalts[i] ?? '', text: segment.text }
      : { row: segment.row, leaf: hex(leaves[i] ?? new Uint8Array(32)) },
  );
  const entry = receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope));
  const record: ReceiptRecord = {
    envelope,
    claims,
    query,
    request: sent,
    lines,
    tags: rows.length,
    ...(retrieval.replay === undefined ? {} : { replay: retrieval.replay }),
  };
  return { id, issuedAt: now, record, rows, entry };
}

interface SealedReceipt {
  readonly record: Uint8Array;
  readonly rows: readonly Uint8Array[];
}

/** @throws {MemSyncError} `key_unavailable` */
function sealMade(services: Services, { vault }: Access, made: Made): SealedReceipt {
  return {
    record: sealRecord(vault.vaultKey(), ['receipt', made.id], made.record, services.random),
    rows: made.rows.map((row, position) => {
      // Under its own row's collection: a line is no easier to open here than the row that it shows.
      const own = vault.key(vault.state.rows.get(row.record.row)?.collection ?? '');
      return sealRecord(own, ['receipt-row', `${made.id}/${position}`], row, services.random);
    }),
  };
}

function keep(
  access: Access,
  draft: VaultDraft,
  request: ReceiptRequest,
  made: Made,
  sealed: SealedReceipt,
  logIndex: number,
): StoredReceipt {
  const stored: StoredReceipt = {
    id: made.id,
    retrieval: request.retrievalId,
    grant: access.grant.id,
    issuedAt: made.issuedAt,
    logIndex,
    threadTag: request.conversation === undefined ? null : threadTag(access.vault, request.conversation.thread),
    paidUnexplained: unexplainedClaims(made.record.claims).length > 0,
    sealed: sealed.record,
  };
  draft.receipts.push(stored);
  draft.receiptLabels.push({ receipt: made.id, labelTag: labelTag(access.vault, request.model.label) });
  sealed.rows.forEach((bytes, position) => {
    draft.receiptRows.push({ receipt: made.id, position, row: made.rows[position]?.record.row ?? '', sealed: bytes });
  });
  return stored;
}
