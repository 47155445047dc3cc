import type { AddendumReason, ClaimStanding } from '../../../schemas/claims.ts';
import type { AddendumPredicate } from '../../../schemas/addendum.ts';
import type { EvidenceDisclosure } from '../../../schemas/evidence.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import type { Judgement } from '../../claims/kind.ts';
import type { Piece } from '../../claims/piece.ts';
import { standClaims } from '../../claims/standing.ts';
import { claimStatuses } from '../../claims/statuses.ts';
import { unexplainedClaims } from '../../claims/unexplained.ts';
import { MemSyncError } from '../../core/errors.ts';
import { makeId } from '../../core/ids.ts';
import type { Instant } from '../../core/instant.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { keyId } from '../../log/verifier-key.ts';
import { addendumEntry, buildAddendum } from '../../receipts/addendum.ts';
import { keyidOf, signReceipt } from '../../receipts/statement.ts';
import { type CasesOver, tellCases } from '../cases/on-evidence.ts';
import type { VaultDraft } from '../draft.ts';
import { nowOf } from '../now.ts';
import type { OpenVault } from '../open-vault.ts';
import { sealRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import type { CommitContext } from '../writer.ts';
import type { Chain, Link } from './chain.ts';
import { paidAt } from './paid-at.ts';
import { type AddendumRecord, addendumName, evidenceName } from './record.ts';

/** How long after it came pending evidence is looked at again, in milliseconds. */
export const FIRST_LOOK_MS = 60_000;

/** A piece of evidence that has been judged, or looked at again, and goes into the log next. */
export interface Entering {
  readonly claim: string;
  readonly reason: AddendumReason;
  /** The grant that hands it in, or `service`. */
  readonly by: string;
  /** The addendum whose evidence was looked at again; null for new evidence. */
  readonly of: string | null;
  readonly evidence: { readonly kind: string; readonly digest: string };
  /** What opens the digest; null where that of an earlier piece does. */
  readonly opens: EvidenceDisclosure | null;
  readonly judgement: Judgement;
  readonly trustSha256: string;
  readonly mark: string | null;
  /** When it is looked at again, and how many times it has been; null to leave what is due as it is. */
  readonly due: { readonly at: Instant | null; readonly looks: number } | null;
}

/** What a commit has made of a receipt's claims. */
export interface EnteredPieces {
  readonly chain: Chain;
  /** The new pieces, in the order in which they were given. */
  readonly links: readonly Link[];
  readonly claims: readonly ClaimStanding[];
  /** Cases that were clear, and are open again for it. */
  readonly reopened: readonly string[];
}

/** How a receipt's chain stands in a draft that has added to it. */
const inDraft = new WeakMap<VaultDraft, Map<string, Chain>>();

/** The chain as the commit in hand has it by now: `prepared`, unless it has added to it itself. */
export function chainIn(draft: VaultDraft, prepared: Chain): Chain {
  return inDraft.get(draft)?.get(prepared.stored.id) ?? prepared;
}

/**
 * Puts pieces into the log after `chain`, which is to be `chainIn` the draft, with all that belongs to them: their records, what is due,
 * whether the receipt is paid for and not explained, and what its cases are told. Synchronous, within a commit's `build`.
 * @throws {MemSyncError} `evidence_full`, `key_unavailable`
 * @throws {Stale} where a case over the receipt has changed in the same commit
 */
export function enterPieces(
  services: Services,
  vault: OpenVault,
  context: CommitContext,
  chain: Chain,
  cases: CasesOver,
  entering: readonly Entering[],
): EnteredPieces {
  const { draft } = context;
  const room = LIMITS.addenda - chain.links.length;
  if (entering.length > room) throw new MemSyncError('evidence_full', `The receipt has room for ${room} more pieces of evidence.`);
  const under = vault.vaultKey();
  const at = Math.max(nowOf(services, vault), draft.now, chain.links.at(-1)?.piece.at ?? 0);
  const links = [...chain.links];
  let bytes = links.reduce((sum, link) => sum + link.bytes, 0);
  let claims = stand(chain, links);
  const failed: { claim: string; addendum: string }[] = [];
  const written: { readonly link: Link; readonly sealed: Uint8Array; readonly evidence: Uint8Array; readonly from: Entering }[] = [];
  for (const from of entering) {
    const number = links.length + 1;
    const piece = pieceOf(services, chain, links, from, number, at);
    const before = claims.find(({ claim }) => claim === from.claim)?.status;
    claims = withPiece(chain, claims, links, piece);
    const after = claims.find(({ claim }) => claim === from.claim)?.status ?? 'absent';
    if (after === 'failed' && before !== 'failed') failed.push({ claim: from.claim, addendum: piece.addendum });
    const { envelope, logIndex } = sign(services, context, chain, piece, after);
    claims = placed(claims, piece.addendum, logIndex);
    const { checks, facts } = piece.judgement;
    const record: AddendumRecord = {
      envelope,
      checks: [...checks],
      facts: [...facts],
      mark: from.mark,
      claims: claimStatuses(claims),
      paidAt: paidAt(chain.issued, [...links.map((link) => link.piece), piece], claims),
    };
    const sealed = sealRecord(under, addendumName(chain.stored.id, number), record, services.random);
    const evidence =
      from.opens === null ? new Uint8Array(0) : sealRecord(under, evidenceName(chain.stored.id, number), from.opens, services.random);
    const kept = sealed.length + evidence.length;
    bytes += kept;
    if (bytes > LIMITS.evidenceBytes) throw new MemSyncError('evidence_full', `A receipt keeps ${LIMITS.evidenceBytes} bytes of evidence.`);
    const link = { piece: { ...piece, logIndex }, envelope, mark: from.mark, bytes: kept, evidenceBytes: evidence.length, proof: null };
    links.push(link);
    written.push({ link, sealed, evidence, from });
  }
  const reopened = tellCases(services, cases, context, { claims, failed });
  // Nothing after this can be refused.
  const grown = { ...chain, links };
  for (const { link, sealed, evidence, from } of written) {
    const { number, addendum: id, logIndex } = link.piece;
    draft.addenda.push({ receipt: chain.stored.id, number, id, at, logIndex, sealed, evidence });
    if (from.due === null) continue;
    const about = from.of === null ? number : (links.find(({ piece }) => piece.addendum === from.of)?.piece.number ?? number);
    draft.dues.push({ receipt: chain.stored.id, number: about, dueAt: from.due.at, looks: from.due.looks });
  }
  draft.paidUnexplained.push({ receipt: chain.stored.id, flag: unexplainedClaims(claims).length > 0 });
  inDraft.set(draft, (inDraft.get(draft) ?? new Map<string, Chain>()).set(chain.stored.id, grown));
  return { chain: grown, links: links.slice(chain.links.length), claims, reopened };
}

function stand({ issued }: Chain, links: readonly { readonly piece: Piece }[]): ClaimStanding[] {
  return standClaims(
    issued,
    links.map(({ piece }) => piece),
  );
}

/** The claims after one more piece than `links`. It is for one claim, so that no other is gone through again: there may be very much to each. */
function withPiece({ issued }: Chain, claims: readonly ClaimStanding[], links: readonly Link[], piece: Piece): ClaimStanding[] {
  const own = [...links.map((link) => link.piece), piece].filter(({ claim }) => claim === piece.claim);
  const after = standClaims(issued, own).filter(({ claim }) => claim === piece.claim);
  const others = new Set(claims.map(({ claim }) => claim));
  return [
    ...claims.map((one) => after.find(({ claim }) => claim === one.claim) ?? one),
    ...after.filter(({ claim }) => !others.has(claim)),
  ];
}

/** The claims with the place in the log of what came last, which their statuses do not depend on. */
function placed(claims: readonly ClaimStanding[], addendum: string, logIndex: number): ClaimStanding[] {
  return claims.map((claim) =>
    claim.history.at(-1)?.addendum === addendum
      ? { ...claim, history: claim.history.map((step) => (step.addendum === addendum ? { ...step, logIndex } : step)) }
      : claim,
  );
}

/** The piece as it will be, all but its place in the log. */
function pieceOf(services: Services, { links: known }: Chain, links: readonly Link[], from: Entering, number: number, at: Instant): Piece {
  const { claim, reason, by, of, evidence, judgement, trustSha256 } = from;
  const erased = from.opens === null && (links.find(({ piece }) => piece.addendum === of)?.piece.evidence.erased ?? true);
  const nextLookAt = from.due === null ? (known.find(({ piece }) => piece.addendum === of)?.piece.nextLookAt ?? null) : from.due.at;
  const addendum = makeId('addendum', at, services.random);
  return {
    number,
    addendum,
    at,
    logIndex: -1,
    by,
    claim,
    reason,
    of,
    evidence: { ...evidence, erased },
    judgement,
    trustSha256,
    nextLookAt,
  };
}

function sign(
  services: Services,
  { log }: CommitContext,
  { issued }: Chain,
  piece: Piece,
  status: AddendumPredicate['status'],
): Pick<Link, 'envelope'> & { logIndex: number } {
  const { name, key } = services.receiptSigner;
  const { number, addendum, at, by, claim, reason, of, evidence, judgement, trustSha256 } = piece;
  const payload = buildAddendum(issued.receipt.entry, {
    addendum,
    receipt: issued.receipt.receipt,
    vault: issued.receipt.vault,
    number,
    at,
    by,
    claim,
    reason,
    evidence: { kind: evidence.kind, digest: evidence.digest },
    of,
    judged: { status: judgement.status, checks: judgement.checks.map((one) => ({ check: one.check, status: one.status })) },
    status,
    trustSha256,
  });
  const envelope = signReceipt(key, keyidOf({ name, keyId: keyId(name, key.publicKey) }), payload);
  return { envelope, logIndex: log(addendumEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope))) };
}
