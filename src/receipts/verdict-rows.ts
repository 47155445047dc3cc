import type { Disclosures, OwnerEvidence, ReceiptPredicate, TagRecord } from '../../schemas/receipt.ts';
import { formatInstant } from '../core/instant.ts';
import { ownerKeyOf, verifyOwnerEvidence } from './owner-evidence.ts';
import type { Findings, ValidationStatus, VerdictRow } from './verdict.ts';

/** Each row of the receipt, and how the owner's word for it stands. `tags` are those that opened what was signed, in its order. */
export function verdictRows(
  predicate: ReceiptPredicate,
  disclosures: Disclosures,
  tags: readonly (TagRecord | null)[],
  findings: Findings,
): VerdictRow[] {
  const { genesis } = disclosures;
  const ownerKey = genesis === undefined ? null : findings.attempt(() => ownerKeyOf(predicate.vault, genesis));
  if (ownerKey !== null) findings.verified.push('The vault’s genesis is the one whose SHA-256 is the vault id; it names the owner’s key.');
  return predicate.tags.map((digest, i) => {
    const record = tags[i] ?? null;
    if (record === null) return { disclosed: false, digest };
    const { tag, row, version, placement, tier, standing, origin, lastValidatedAt, ageSeconds, unvalidatedForSeconds, cited } = record;
    return {
      disclosed: true,
      tag,
      row,
      version,
      placement,
      tier,
      standing,
      origin,
      ageSecondsThen: ageSeconds,
      lastValidatedAt,
      unvalidatedForSeconds,
      validation: validationOf(predicate, ownerKey, record, disclosures.tags[i]?.owner, findings),
      cited,
    };
  });
}

function validationOf(
  predicate: ReceiptPredicate,
  ownerKey: Uint8Array | null,
  record: TagRecord,
  evidence: OwnerEvidence | undefined,
  findings: Findings,
): ValidationStatus {
  const { tag, lastValidatedAt } = record;
  if (lastValidatedAt === null) {
    if (evidence === undefined) return 'none';
    findings.fail('disclosure_mismatch', `${tag}: there is an owner’s word for a row that says that it has none.`);
    return 'failed';
  }
  const said = `${tag}: confirmed by the owner at ${formatInstant(lastValidatedAt)}`;
  if (evidence === undefined || ownerKey === null) {
    findings.asserted.push(`${said}, says the service; the owner’s own statement is not here to be checked.`);
    return 'asserted';
  }
  const verified = findings.attempt(() => verifyOwnerEvidence(predicate.vault, ownerKey, record, evidence, predicate.evaluatedAt));
  if (verified === null) return 'failed';
  const until = verified.expiresAt === null ? '' : `, good until ${formatInstant(verified.expiresAt)}`;
  findings.verified.push(`${said}${until}: signed by the owner’s key for this version of ${record.row}.`);
  return 'verified';
}
