import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import type { Envelope } from '../../../schemas/owner-event.ts';
import type { Piece } from '../../claims/piece.ts';
import type { Issued } from '../../claims/standing.ts';
import type { Instant } from '../../core/instant.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { parseAddendum } from '../../receipts/addendum.ts';
import type { KeptAddendum, StoredDue } from '../../store/addenda.ts';
import type { StoredReceipt } from '../../store/records.ts';
import type { OpenVault } from '../open-vault.ts';
import { ReceiptRecord } from '../receipt-record.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import { receiptFacts } from './facts.ts';
import { AddendumRecord, addendumName } from './record.ts';

/** An addendum, opened. */
export interface Link {
  readonly piece: Piece;
  readonly envelope: Envelope;
  /** As its record has it. */
  readonly mark: string | null;
  /** How many bytes are kept of it, and of them of its artefact. */
  readonly bytes: number;
  readonly evidenceBytes: number;
  /** The proof that another service gave out, where it was added there. */
  readonly proof: string | null;
}

/** A receipt with all that came after it, in the log's order. */
export interface Chain {
  readonly stored: StoredReceipt;
  readonly record: ReceiptRecord;
  readonly issued: Issued;
  readonly links: readonly Link[];
}

/**
 * Opens a receipt and what came after it; of the artefacts nothing. The facts come with `context`, which is null unless given.
 * @throws {MemSyncError} `row_unopenable`, `key_unavailable`
 */
export async function openChain(
  services: Pick<Services, 'store'>,
  vault: OpenVault,
  stored: StoredReceipt,
  context: string | null = null,
): Promise<Chain> {
  const record = openRecord(vault.vaultKeys(), ['receipt', stored.id], stored.sealed, ReceiptRecord);
  const addenda = await services.store.addenda.ofReceipt(vault.vault, stored.id);
  const dues = addenda.length === 0 ? [] : await services.store.addenda.dueOf(vault.vault, stored.id);
  return { ...chainOf(stored, record, context), links: linked(vault, addenda, dues) };
}

/** A receipt that nothing has come after yet. */
export function chainOf(stored: StoredReceipt, record: ReceiptRecord, context: string | null): Chain {
  const receipt = receiptFacts(record, context);
  const issued = { issuedAt: stored.issuedAt, logIndex: stored.logIndex, by: stored.grant, claims: record.claims, receipt };
  return { stored, record, issued, links: [] };
}

function linked(vault: OpenVault, addenda: readonly KeptAddendum[], dues: readonly StoredDue[]): Link[] {
  const dueAt = new Map(dues.map((due) => [due.number, due.dueAt]));
  const links = new Map<string, Link>();
  for (const one of addenda) {
    const record = openRecord(vault.vaultKeys(), addendumName(one.receipt, one.number), one.sealed, AddendumRecord);
    const opened = open(one, record, dueAt, links);
    links.set(opened.piece.addendum, opened);
  }
  return [...links.values()];
}

function open(one: KeptAddendum, record: AddendumRecord, dueAt: ReadonlyMap<number, Instant>, earlier: ReadonlyMap<string, Link>): Link {
  const { predicate } = parseAddendum(parseEnvelope(STATEMENT_PAYLOAD_TYPE, record.envelope).payload);
  const { addendum, at, by, claim, reason, evidence, of, judged, trustSha256 } = predicate;
  const first = of === null ? undefined : earlier.get(of);
  // A second look at the same evidence keeps none of its own.
  const shared = first !== undefined && first.piece.evidence.digest === evidence.digest;
  const status = judged.status === 'absent' ? 'asserted' : judged.status;
  return {
    piece: {
      number: one.number,
      addendum,
      at,
      logIndex: one.logIndex,
      by,
      claim,
      reason,
      of,
      evidence: { ...evidence, erased: shared ? first.piece.evidence.erased : one.evidenceBytes === 0 },
      judgement: { status, checks: record.checks, facts: record.facts },
      trustSha256,
      // What is pending is due by the number of the piece that brought the evidence.
      nextLookAt: dueAt.get(first?.piece.number ?? one.number) ?? null,
    },
    envelope: record.envelope,
    mark: record.mark,
    bytes: one.sealed.length + one.evidenceBytes,
    evidenceBytes: one.evidenceBytes,
    proof: one.proof ?? null,
  };
}
