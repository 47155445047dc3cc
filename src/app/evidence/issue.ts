import type { EvidenceByClaim } from '../../../schemas/evidence.ts';
import type { StoredReceipt } from '../../store/records.ts';
import type { Access } from '../access.ts';
import { nowOf } from '../now.ts';
import type { ReceiptRecord, ReceiptRowRecord } from '../receipt-record.ts';
import type { Services } from '../services.ts';
import type { CommitContext } from '../writer.ts';
import { type Chain, chainOf } from './chain.ts';
import { type Entering, enterPieces } from './enter-pieces.ts';
import { receiptFacts, servedContext } from './facts.ts';
import { judgeHanded, readHanded } from './judged.ts';

/** A receipt that has been made and is not written yet. */
interface Unissued {
  readonly record: ReceiptRecord;
  readonly rows: readonly ReceiptRowRecord[];
}

/**
 * Judges what is handed in with a receipt, before its commit. Nothing comes of it where any of it is refused.
 * @throws {MemSyncError} `claim_unknown`, `evidence_malformed`, `evidence_misplaced`, `judging_busy`, `shutting_down`
 */
export async function judgeAtIssue(
  services: Services,
  { vault, grant }: Access,
  { record, rows }: Unissued,
  evidence: EvidenceByClaim,
): Promise<Entering[]> {
  const handed = readHanded(vault, evidence);
  const facts = receiptFacts(record, servedContext(record.lines, rows));
  const judged: Entering[] = [];
  for (const one of handed) judged.push(await judgeHanded(services, one, facts, grant.id, nowOf(services, vault)));
  return judged;
}

/** Puts them into the log right after their receipt, in its own commit. Gives the receipt with them. @throws {MemSyncError} as `enterPieces` */
export function enterAtIssue(
  services: Services,
  { vault }: Access,
  context: CommitContext,
  stored: StoredReceipt,
  record: ReceiptRecord,
  judged: readonly Entering[],
): Chain {
  // No case is open over what has not been issued.
  const cases = { vault: vault.vault, receipt: stored.id, cases: [] };
  return enterPieces(services, vault, context, chainOf(stored, record, null), cases, judged).chain;
}
