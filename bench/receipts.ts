import type { Section } from './figure.ts';
import type { Span } from './pace.ts';
import { measureAudit } from './receipts/audit.ts';
import { measureFinding } from './receipts/finding.ts';
import { measureIssuing } from './receipts/issuing.ts';
import { measureProofs } from './receipts/proofs.ts';
import { measureVerifying } from './receipts/verifying.ts';

/** Receipts: issued, verified, proved in a log of a million entries, found among a million, audited. */
export async function measureReceipts(span: Span, quick: boolean): Promise<Section> {
  const many = quick ? 50_000 : 1_000_000;
  const issued = await measureIssuing(span);
  const verified = await measureVerifying(span);
  return {
    title: 'Receipts',
    unit: 'receipts',
    text: `${issued.text} ${verified.text} Proofs and lists are of a log of ${many.toLocaleString('en')} entries, and a vault of as many receipts, on the disk.`,
    figures: [...issued.figures, ...verified.figures, ...(await measureAudit(quick))],
    standings: [...issued.standings, ...verified.standings, ...measureProofs(many), ...(await measureFinding(many, quick))],
  };
}
