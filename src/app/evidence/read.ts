import type { ClaimsReply, ClaimStanding, TurnDifference } from '../../../schemas/claims.ts';
import type { PaidUnexplained, ReceiptPredicate } from '../../../schemas/receipt.ts';
import { paidUnexplained } from '../../claims/unexplained.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import type { StoredReceipt } from '../../store/records.ts';
import type { Access } from '../access.ts';
import { nowOf } from '../now.ts';
import { readsAllReceipts } from '../receipts.ts';
import type { Services } from '../services.ts';
import { enterForEvidence, receiptFor, reviewsAll } from './access.ts';
import { type Chain, lastIndex, openChain } from './chain.ts';
import { reachLog } from './reach-log.ts';
import { paidAt } from './paid-at.ts';
import { standingOf } from './standing.ts';

/** How many pages are looked through for the turn before. */
const PAGES = 8;

/**
 * The claims of a receipt as they stand, each with its history in the log's order, and what differs from the turn before (API,
 * `GET /v1/receipts/{id}/claims`). @throws {MemSyncError} `receipt_unknown`, `capability_missing`, `row_unopenable`, and what `enter` throws
 */
export async function readClaims(services: Services, token: string, receipt: string): Promise<ClaimsReply> {
  const access = await enterForEvidence(services, token);
  const { vault } = access;
  const stored = await receiptFor(services, access, receipt, 'read');
  const chain = await openChain(services, vault, stored);
  await reachLog(services, lastIndex(chain));
  const claims = standingOf(chain);
  return {
    receipt,
    issuedAt: formatInstant(stored.issuedAt),
    logSize: services.log.size,
    trustSha256: services.claimTrust.sha256,
    claims,
    previousTurn: await previousTurn(services, access, stored, chain.issued.receipt.conversation, claims),
    paidUnexplained: unexplained(chain, claims, nowOf(services, vault)),
  };
}

function unexplained({ issued, links }: Chain, claims: readonly ClaimStanding[], now: Instant): PaidUnexplained | null {
  const since = paidAt(
    issued,
    links.map(({ piece }) => piece),
    claims,
  );
  const paid = since === null ? null : paidUnexplained(claims, since, now);
  return paid === null ? null : { claims: [...paid.claims], since: formatInstant(paid.since), lagSeconds: paid.lagSeconds };
}

async function previousTurn(
  services: Services,
  access: Access,
  stored: StoredReceipt,
  conversation: ReceiptPredicate['conversation'],
  claims: readonly ClaimStanding[],
): Promise<ClaimsReply['previousTurn']> {
  const before = conversation === null ? null : await receiptBefore(services, access, stored);
  if (before === null) return null;
  const chain = await openChain(services, access.vault, before);
  return {
    receipt: before.id,
    issuedAt: formatInstant(before.issuedAt),
    turn: chain.issued.receipt.conversation?.turn ?? null,
    differences: differences(standingOf(chain), claims),
  };
}

/** The receipt before this one in the same thread, of those that the caller may read; null where there is none, or none is soon found. */
async function receiptBefore(services: Services, access: Access, { id, threadTag }: StoredReceipt): Promise<StoredReceipt | null> {
  const grant = readsAllReceipts(access) || reviewsAll(access) ? null : access.grant.id;
  const filter = { grant, row: null, threadTag, paidUnexplained: false, from: null, to: null, limit: 1 };
  let before: string | null = id;
  for (let page = 0; page < PAGES && before !== null; page += 1) {
    const { receipts, next } = await services.store.receipts(access.vault.vault, { ...filter, before });
    const [found] = receipts;
    if (found !== undefined) return found;
    before = next;
  }
  return null;
}

/** Every fact that one of the two turns states otherwise than the other, by claim and name; several of one name in a row. */
function differences(before: readonly ClaimStanding[], now: readonly ClaimStanding[]): TurnDifference[] {
  const [then, since] = [factsOf(before), factsOf(now)];
  return [...new Set([...since.keys(), ...then.keys()])].flatMap((key) => {
    const [old, latest] = [then.get(key), since.get(key)];
    const about = latest ?? old;
    if (about === undefined || old?.value === latest?.value) return [];
    return [{ claim: about.claim, fact: about.fact, before: old?.value ?? null, now: latest?.value ?? null }];
  });
}

interface Stated {
  readonly claim: string;
  readonly fact: string;
  readonly value: string;
}

function factsOf(claims: readonly ClaimStanding[]): Map<string, Stated> {
  const stated = new Map<string, Stated>();
  for (const { claim, facts } of claims) {
    const byName = Map.groupBy(facts, ({ name }) => name);
    for (const [fact, same] of byName) {
      const values = same.map(({ value }) => value).toSorted();
      stated.set(`${claim}/${fact}`, { claim, fact, value: values.join(', ') });
    }
  }
  return stated;
}
