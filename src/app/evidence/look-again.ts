import type { EvidenceDisclosure } from '../../../schemas/evidence.ts';
import type { Judgement } from '../../claims/kind.ts';
import { equalBytes, hex } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { canonicalJson } from '../../crypto/canonical.ts';
import { evidenceDigest } from '../../receipts/addendum.ts';
import type { StoredDue } from '../../store/addenda.ts';
import { casesOver } from '../cases/on-evidence.ts';
import { gatherEvidence, judgeEvidence } from '../judging/judge-evidence.ts';
import { nowOf } from '../now.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Services } from '../services.ts';
import { type Chain, openChain } from './chain.ts';
import { chainIn, type Entering, enterPieces } from './enter-pieces.ts';
import { differs, disclosureOf, erasedSince, givenUp, type Pending, pendingIn } from './pending.ts';
import { openWholeChain } from './standing.ts';

const DAY_MS = 86_400_000;

/** How many times what is pending is looked at, over about a week: after 1, 2, 4 … minutes, and then every day. */
export const LOOKS = 16;

/** How long after so many looks the next one comes, in milliseconds. */
export function delayAfter(looks: number): number {
  return Math.min(60_000 * 2 ** looks, DAY_MS);
}

/** What a look came to. `gone`: nothing was pending any more, or somebody else has been there. */
export type Looked = 'same' | 'changed' | 'given_up' | 'full' | 'gone';

/** What was seen. */
interface Sight {
  readonly judgement: Judgement | null;
  /** What opens the digest that was judged, where that is another than before. */
  readonly opens: EvidenceDisclosure | null;
  /** The receipt's rows that were there then. */
  readonly rows: readonly string[];
}

/**
 * Looks once more at a piece of evidence that is pending, and that the caller has claimed: gathers and judges anew, and writes an addendum where
 * that has come to anything else, or where it is given up. In two processes, or twice, it does no more.
 * @throws {MemSyncError} `judging_busy`, `shutting_down`, `key_unavailable` where nobody has the vault open any more, `row_unopenable`, and what a
 * commit throws
 */
export async function lookAgain(services: Services, vault: OpenVault, due: StoredDue): Promise<Looked> {
  const stored = await services.store.receipt(vault.vault, due.receipt);
  const chain = stored === null ? null : await openWholeChain(services, vault, stored);
  const pending = chain === null ? null : pendingIn(chain, due.number);
  if (chain === null || pending === null) return forget(services, vault.vault, due);
  const sight = await see(services, vault, chain, pending);
  const looked = await enter(services, vault.vault, due, sight).catch((error: unknown) => {
    if (!isMemSyncError(error, 'evidence_full')) throw error;
    // There may be room for what was found without what was gathered for it.
    return sight.opens === null ? 'full' : enter(services, vault.vault, due, sight, false).catch(fullAlso);
  });
  if (looked === 'full') await forget(services, vault.vault, due);
  if (looked === 'given_up' || looked === 'full') {
    const { claim, addendum } = pending.first.piece;
    services.evidenceTeller.tell({
      kind: looked,
      vault: vault.vault,
      receipt: due.receipt,
      claim,
      addendum,
      looks: due.looks + (sight.judgement === null ? 0 : 1),
      erased: sight.judgement === null,
    });
  }
  return looked;
}

function fullAlso(error: unknown): 'full' {
  if (isMemSyncError(error, 'evidence_full')) return 'full';
  throw error;
}

async function see(services: Services, vault: OpenVault, chain: Chain, pending: Pending): Promise<Sight> {
  const receipt = chain.stored.id;
  const kept = await services.store.receiptRows(vault.vault, receipt);
  const rows = kept.map(({ row }) => row).filter((row) => vault.state.rows.get(row)?.erased === null);
  const disclosed = await disclosureOf(services, vault, receipt, chain, pending);
  if (disclosed === null) return { judgement: null, opens: null, rows };
  const { claim } = pending.first.piece;
  const { artifact } = disclosed;
  const came = await gatherEvidence(services, claim, artifact);
  // Where nothing came, what came before still counts.
  const gathered = came === undefined ? disclosed.gathered : came;
  const judgement = await judgeEvidence(services, claim, artifact, gathered, chain.issued.receipt, nowOf(services, vault)).catch(
    (error: unknown) => {
      // It was let in once: whoever refuses it now has changed, and it has not.
      if (isMemSyncError(error, 'evidence_malformed') || isMemSyncError(error, 'evidence_misplaced')) return pending.last.piece.judgement;
      throw error;
    },
  );
  const same = came === undefined || isSame(came, disclosed.gathered);
  return { judgement, opens: same ? null : { salt: hex(services.random.bytes(32)), artifact, gathered: came }, rows };
}

function isSame(one: unknown, other: unknown): boolean {
  return other !== undefined && equalBytes(canonicalJson(one), canonicalJson(other));
}

async function enter(services: Services, vaultId: string, due: StoredDue, sight: Sight, keeps = true): Promise<Looked> {
  return services.writer.submit({
    prepare: async () => {
      const vault = await services.vaults.acquire(vaultId);
      // Another process has written to the vault, and it was let go of here: whoever comes with a token opens it again.
      vault.vaultKey();
      const stored = await services.store.receipt(vaultId, due.receipt);
      const chain = stored === null ? null : await openChain(services, vault, stored);
      const claimed = (await services.store.addenda.dueOf(vaultId, due.receipt)).find(({ number }) => number === due.number);
      return { tail: vault.state, vault, chain, claimed, cases: await casesOver(services, vault, due.receipt) };
    },
    build: ({ vault, chain: prepared, claimed, cases }, context): Looked => {
      const chain = prepared === null ? null : chainIn(context.draft, prepared);
      const pending = chain === null ? null : pendingIn(chain, due.number);
      // Somebody else has looked at it meanwhile, or what was looked at is being erased: then that look finds it so.
      if (chain === null || pending === null || claimed?.dueAt !== due.dueAt || claimed.looks !== due.looks) return 'gone';
      if (sight.judgement !== null && erasedSince(vault, sight.rows)) return 'gone';
      const looks = due.looks + 1;
      const entering = enteringOf(services, pending, { ...due, looks }, sight, keeps);
      if (entering.length === 0) {
        context.draft.dues.push({ receipt: due.receipt, number: due.number, dueAt: nowOf(services, vault) + delayAfter(looks), looks });
        return 'same';
      }
      const goesOn = sight.judgement?.status === 'pending' && looks < LOOKS;
      const last = entering.at(-1);
      const at = goesOn ? nowOf(services, vault) + delayAfter(looks) : null;
      const all = entering.map((one) => (one === last ? { ...one, due: { at, looks } } : one));
      enterPieces(services, vault, context, chain, cases, all);
      return last?.reason === 'given_up' ? 'given_up' : 'changed';
    },
  });
}

/** What goes into the log of a look: nothing where it found what the one before had found. */
function enteringOf(
  { claimTrust }: Services,
  { first, last }: Pending,
  due: StoredDue,
  { judgement, opens }: Sight,
  keeps: boolean,
): Entering[] {
  const { claim, addendum, evidence } = first.piece;
  const { kind, digest } = last.piece.evidence;
  const of = { claim, by: 'service', of: addendum, trustSha256: claimTrust.sha256, mark: null, due: null };
  const before = last.piece.judgement;
  if (judgement === null)
    return [{ ...of, reason: 'given_up', evidence: { kind, digest }, opens: null, judgement: givenUp(before, due, true) }];
  const entering: Entering[] = [];
  const judged = opens === null ? { kind, digest } : { kind: evidence.kind, digest: hex(evidenceDigest(opens)) };
  const changed = differs(before, judgement);
  if (changed) entering.push({ ...of, reason: 'recheck', evidence: judged, opens: keeps ? opens : null, judgement });
  if (judgement.status === 'pending' && due.looks >= LOOKS)
    entering.push({
      ...of,
      reason: 'given_up',
      evidence: changed ? judged : { kind, digest },
      opens: null,
      judgement: givenUp(judgement, due, false),
    });
  return entering;
}

/** Nobody looks at it any more. */
async function forget({ writer, vaults }: Services, vaultId: string, { receipt, number, looks }: StoredDue): Promise<'gone'> {
  return writer.submit({
    prepare: async () => ({ tail: (await vaults.acquire(vaultId)).state }),
    build: (_, { draft }) => {
      draft.dues.push({ receipt, number, dueAt: null, looks });
      return 'gone' as const;
    },
  });
}
