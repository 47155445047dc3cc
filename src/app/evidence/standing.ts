import type { ClaimStanding } from '../../../schemas/claims.ts';
import type { ReceiptFacts } from '../../claims/kind.ts';
import { standClaims } from '../../claims/standing.ts';
import type { StoredReceipt } from '../../store/records.ts';
import type { OpenVault } from '../open-vault.ts';
import { ReceiptRecord } from '../receipt-record.ts';
import { everyServedRow } from '../receipts.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import { type Chain, openChain } from './chain.ts';
import { servedContext } from './facts.ts';

/** A receipt's claims as they stand, with their history, and what it says of its answer. */
export interface ReceiptStanding {
  readonly claims: ClaimStanding[];
  readonly facts: ReceiptFacts;
}

/**
 * How a receipt's claims stand by all that the log has of them. The facts have the context block as far as the keys in memory open it.
 * @throws {MemSyncError} `row_unopenable`, `key_unavailable`
 */
export async function readStanding(services: Services, vault: OpenVault, stored: StoredReceipt): Promise<ReceiptStanding> {
  const chain = await openWholeChain(services, vault, stored);
  return { claims: standingOf(chain), facts: chain.issued.receipt };
}

/** As `openChain`, with the context block as far as the keys in memory open it. @throws {MemSyncError} as `openChain` */
export async function openWholeChain(services: Services, vault: OpenVault, stored: StoredReceipt): Promise<Chain> {
  const { lines, tags } = openRecord(vault.vaultKeys(), ['receipt', stored.id], stored.sealed, ReceiptRecord);
  const rows = await everyServedRow(services, vault, stored, tags);
  return openChain(services, vault, stored, servedContext(lines, rows));
}

/** How the claims of a receipt stand after all that came after it. */
export function standingOf({ issued, links }: Chain): ClaimStanding[] {
  return standClaims(
    issued,
    links.map(({ piece }) => piece),
  );
}
