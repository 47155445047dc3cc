import type { ClaimStanding, EvidenceReply, EvidenceRequest } from '../../../schemas/claims.ts';
import { standClaims } from '../../claims/standing.ts';
import { parseToken } from '../../crypto/token.ts';
import { type Access, requireOpen } from '../access.ts';
import { casesOver } from '../cases/on-evidence.ts';
import { IdempotencyGuard, type IdempotencyMark, markRequest } from '../idempotency.ts';
import { nowOf } from '../now.ts';
import { servedRows } from '../receipts.ts';
import type { Services } from '../services.ts';
import { enterForEvidence, receiptFor } from './access.ts';
import { type Chain, type Link, openChain, renewChain } from './chain.ts';
import { chainIn, type Entering, enterPieces } from './enter-pieces.ts';
import { receiptFacts, servedContext } from './facts.ts';
import { type Handed, judgeHanded, readHanded } from './judged.ts';
import { knownMarks } from './known-marks.ts';

/** What was handed in, judged but for what the receipt has already. */
interface Judged {
  readonly handed: readonly Handed[];
  /** By mark. */
  readonly fresh: ReadonlyMap<string, Entering>;
  /** The receipt's rows that were there when it was judged. */
  readonly rows: readonly string[];
}

/** What became of a request: its addenda, whether they are new or not, with how the receipt's claims stand. */
interface Added {
  readonly links: readonly Link[];
  readonly claims: readonly ClaimStanding[];
  readonly reopened: readonly string[];
}

/**
 * Takes evidence for a receipt (API, `POST /v1/receipts/{id}/evidence`): each piece is judged by itself, outside of any commit; then all go
 * into the log together, each an addendum of its own, durable before the answer. What the receipt has already adds nothing, and is answered
 * as it was. Nothing is kept where any of it is refused.
 * @throws {MemSyncError} `receipt_unknown`, `claim_unknown`, `evidence_malformed`, `evidence_misplaced`, `evidence_full`, `judging_busy`,
 * `idempotency_conflict`, `capability_missing`, and what `enter` throws
 */
export async function addEvidence(
  services: Services,
  token: string,
  receipt: string,
  request: EvidenceRequest,
  idempotencyKey: string | null,
): Promise<EvidenceReply> {
  const given = parseToken(token);
  const mark = markRequest({ token: given }, idempotencyKey, `POST /v1/receipts/${receipt}/evidence`, request);
  for (;;) {
    const access = await enterForEvidence(services, given);
    const stored = await receiptFor(services, access, receipt, 'add');
    const before = await openChain(services, access.vault, stored);
    const earlier = await earlierOf(services, access, mark, before);
    if (earlier !== null) return reply(receipt, earlier);
    const judged = await judge(services, access, before, request);
    if (judged.fresh.size === 0 && mark === null) return reply(receipt, found(before, among(judged, before)));
    const added = await services.writer.submit({
      prepare: async () => {
        const now = await enterForEvidence(services, given);
        const { vault } = now;
        await receiptFor(services, now, receipt, 'add');
        const chain = await renewChain(services, vault, before);
        const guard = await IdempotencyGuard.look(services, now, mark);
        return { tail: vault.state, access: now, guard, chain, cases: await casesOver(services, vault, receipt) };
      },
      build: ({ access: now, guard, chain: prepared, cases }, context): Added | null => {
        const { draft } = context;
        requireOpen(now, draft.now);
        const chain = chainIn(draft, prepared);
        const ids = guard.earlier(draft);
        if (ids !== null) return found(chain, ({ piece }) => ids.includes(piece.addendum));
        // What was judged before an erasure was held against what is not there any more.
        if (judged.rows.some((row) => now.vault.state.rows.get(row)?.erased !== null)) return null;
        const known = knownMarks(chain, services.claimTrust.sha256);
        const fresh = [...judged.fresh].flatMap(([one, entering]) => (known.has(one) ? [] : [entering]));
        const entered = fresh.length === 0 ? null : enterPieces(services, now.vault, context, chain, cases, fresh);
        const grown = entered?.chain ?? chain;
        const added = found(grown, among(judged, grown));
        const all = entered === null ? added : { ...entered, links: added.links };
        guard.note(
          now,
          draft,
          all.links.map(({ piece }) => piece.addendum),
        );
        return all;
      },
    });
    if (added !== null) return reply(receipt, added);
  }
}

/** What came of the same request before, where that is known. @throws {MemSyncError} `idempotency_conflict` */
async function earlierOf(services: Services, access: Access, mark: IdempotencyMark | null, chain: Chain): Promise<Added | null> {
  if (mark === null) return null;
  const guard = await IdempotencyGuard.look(services, access, mark);
  const ids = guard.earlier({ idempotency: [] });
  return ids === null ? null : found(chain, ({ piece }) => ids.includes(piece.addendum));
}

/** @throws {MemSyncError} as `addEvidence`, of the evidence */
async function judge(services: Services, access: Access, chain: Chain, { evidence }: EvidenceRequest): Promise<Judged> {
  const { vault, grant } = access;
  const { stored, record } = chain;
  const handed = readHanded(vault, evidence);
  const kept = await services.store.receiptRows(vault.vault, stored.id);
  const rows = kept.map(({ row }) => row).filter((row) => vault.state.rows.get(row)?.erased === null);
  const known = knownMarks(chain, services.claimTrust.sha256);
  const fresh = new Map<string, Entering>();
  const unknown = handed.filter(({ mark }) => !known.has(mark));
  if (unknown.length === 0) return { handed, fresh, rows };
  const context = servedContext(record.lines, await servedRows(services, access, stored, record.tags, kept));
  const facts = receiptFacts(record, context);
  for (const one of unknown) fresh.set(one.mark, await judgeHanded(services, one, facts, grant.id, nowOf(services, vault)));
  return { handed, fresh, rows };
}

/** The pieces that were handed in, as the receipt has them: each where it came last. */
function among({ handed }: Judged, { links }: Chain): (link: Link) => boolean {
  const last = new Set(handed.map(({ mark }) => links.findLast((link) => link.mark === mark)));
  return (link) => last.has(link);
}

/** The addenda of a receipt that are meant, with how its claims stand. */
function found({ issued, links }: Chain, isMeant: (link: Link) => boolean): Added {
  const pieces = links.map(({ piece }) => piece);
  return { links: links.filter(isMeant), claims: standClaims(issued, pieces), reopened: [] };
}

function reply(receipt: string, { links, claims, reopened }: Added): EvidenceReply {
  const added = links.map(({ piece: { addendum, claim, logIndex, judgement } }) => {
    const steps = claims.find((one) => one.claim === claim)?.history ?? [];
    const status = steps.find((step) => step.addendum === addendum)?.status ?? judgement.status;
    return { addendum, claim, logIndex, judged: judgement.status, status };
  });
  return { receipt, added, claims: [...claims], reopened: [...reopened] };
}
