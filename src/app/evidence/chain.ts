import { z } from 'zod';
import { AddendumPredicate } from '../../../schemas/addendum.ts';
import type { Envelope } from '../../../schemas/owner-event.ts';
import type { ReceiptFacts } from '../../claims/kind.ts';
import type { Piece } from '../../claims/piece.ts';
import type { Issued } from '../../claims/standing.ts';
import { fromBase64, fromUtf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { KeptAddendum, StoredDue } from '../../store/addenda.ts';
import type { StoredReceipt } from '../../store/records.ts';
import type { OpenVault } from '../open-vault.ts';
import { ReceiptRecord } from '../receipt-record.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import { receiptFacts } from './facts.ts';
import { keepLinks, knownLinks } from './known-links.ts';
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
  return { ...chainOf(stored, record, context), links: addenda.length === 0 ? [] : linked(vault, stored.id, addenda, dues) };
}

/** The chain as it is by now: the same, where nothing has been added to it since it was opened. @throws {MemSyncError} as `openChain` */
export async function renewChain(services: Pick<Services, 'store'>, vault: OpenVault, chain: Chain): Promise<Chain> {
  const { stored, links } = chain;
  const latest = await services.store.addenda.latest(vault.vault, [stored.id]);
  if (latest.get(stored.id)?.id !== links.at(-1)?.piece.addendum) return openChain(services, vault, stored);
  return chain;
}

/** The last entry of the log that is of a receipt, or of what came after it; of this service's own log. */
export function lastIndex({ stored, links }: Chain): number {
  const own = [
    ...(stored.proof === undefined ? [stored.logIndex] : []),
    ...links.flatMap(({ proof, piece }) => (proof === null ? [piece.logIndex] : [])),
  ];
  return own.reduce((a, b) => Math.max(a, b), -1);
}

/** A receipt that nothing has come after yet. */
export function chainOf(stored: StoredReceipt, record: ReceiptRecord, context: string | null): Chain {
  let facts: ReceiptFacts | null = null;
  const issued = {
    issuedAt: stored.issuedAt,
    logIndex: stored.logIndex,
    by: stored.grant,
    claims: record.claims,
    // Most receipts have no evidence, and are read without it.
    get receipt() {
      return (facts ??= receiptFacts(record, context));
    },
  };
  return { stored, record, issued, links: [] };
}

function linked(vault: OpenVault, receipt: string, addenda: readonly KeptAddendum[], dues: readonly StoredDue[]): Link[] {
  const dueAt = new Map(dues.map((due) => [due.number, due.dueAt]));
  const known = knownLinks(vault, receipt);
  const links = new Map<string, Link>();
  for (const [i, one] of addenda.entries()) {
    const same = known[i]?.piece.addendum === one.id ? known[i] : undefined;
    const link = same ?? open(one, openRecord(vault.vaultKeys(), addendumName(one.receipt, one.number), one.sealed, AddendumRecord));
    links.set(one.id, asOfNow(link, one, dueAt, links));
  }
  const all = [...links.values()];
  keepLinks(vault, receipt, all);
  return all;
}

/** What a chain takes from an addendum's statement. The seal vouches for the record, so nothing else of it is looked at. */
const Said = z.object({
  predicate: AddendumPredicate.pick({ addendum: true, by: true, claim: true, reason: true, of: true, at: true, trustSha256: true })
    .extend({
      evidence: AddendumPredicate.shape.evidence,
      judged: z.object({ status: z.enum(['asserted', 'pending', 'verified', 'failed']) }),
    })
    .strip(),
});

function open({ id, number, sealed, logIndex, proof }: KeptAddendum, { envelope, checks, facts, mark }: AddendumRecord): Link {
  const said = Said.safeParse(JSON.parse(fromUtf8(fromBase64(envelope.payload))));
  if (!said.success) throw new MemSyncError('row_unopenable', `The addendum ${id} is none.`, { cause: said.error });
  const { judged, evidence, ...about } = said.data.predicate;
  const piece = {
    ...about,
    number,
    logIndex,
    evidence: { ...evidence, erased: false },
    judgement: { status: judged.status, checks, facts },
  };
  return { piece: { ...piece, nextLookAt: null }, envelope, mark, bytes: sealed.length, evidenceBytes: 0, proof: proof ?? null };
}

/** With what changes about it: whether its artefact is there, and when it is looked at again. */
function asOfNow(
  link: Link,
  { number, sealed, evidenceBytes }: KeptAddendum,
  dueAt: ReadonlyMap<number, number>,
  earlier: ReadonlyMap<string, Link>,
): Link {
  const { piece } = link;
  const first = piece.of === null ? undefined : earlier.get(piece.of)?.piece;
  // A second look at the same evidence keeps none of its own.
  const erased = first?.evidence.digest === piece.evidence.digest ? first.evidence.erased : evidenceBytes === 0;
  // What is pending is due by the number of the piece that brought the evidence.
  const nextLookAt = dueAt.get(first?.number ?? number) ?? null;
  return {
    ...link,
    piece: { ...piece, evidence: { ...piece.evidence, erased }, nextLookAt },
    bytes: sealed.length + evidenceBytes,
    evidenceBytes,
  };
}
