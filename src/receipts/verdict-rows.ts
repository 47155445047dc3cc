import type { Disclosures, OwnerEvidence, ReceiptPredicate, TagRecord } from '../../schemas/receipt.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { formatInstant } from '../core/instant.ts';
import type { OpenedRow } from './disclosed-row.ts';
import type { OpenedDisclosures } from './disclosure.ts';
import { type OwnerKeyEra, ownerKeysOf, verifyOwnerEvidence } from './owner-evidence.ts';
import type { Findings, ValidationStatus, VerdictRow } from './verdict.ts';

/**
 * Each row of the receipt, and how the owner's word for it stands. `opened` are the tags and lines that opened what was signed, in its order,
 * `words` what was opened of each row.
 */
export function verdictRows(
  predicate: ReceiptPredicate,
  disclosures: Disclosures,
  opened: Pick<OpenedDisclosures, 'tags' | 'segments'>,
  words: readonly (OpenedRow | null)[],
  findings: Findings,
): VerdictRow[] {
  const eras = ownerKeys(predicate, disclosures, findings);
  const rows = predicate.tags.map((digest, i): VerdictRow => {
    const record = opened.tags[i] ?? null;
    if (record === null) return { disclosed: false, digest };
    const { tag, row, version, placement, tier, standing, origin, lastValidatedAt, ageSeconds, unvalidatedForSeconds, cited } = record;
    const validation = validationOf(predicate, eras, record, disclosures.tags[i]?.owner, findings);
    const own = words[i] ?? null;
    if (own !== null && validation === 'verified')
      findings.verified.push(`${tag}: what the owner stood behind are these very words, header and text.`);
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
      validation,
      line: opened.segments[record.segment]?.replace(/\n$/, '') ?? null,
      cited,
      opened: own,
    };
  });
  if (eras !== null && rows.some((row) => row.disclosed && row.validation === 'verified')) sayLaterKeys(eras.length - 1, findings);
  return rows;
}

/** The list of changes is in nothing that was signed: its end may have been left out, and a replaced key passes for the owner's. */
function sayLaterKeys(changes: number, findings: Findings): void {
  const shown = changes === 0 ? 'its first' : `change ${changes}`;
  findings.unknown.push(`later owner keys: no change of the owner’s key is shown after ${shown}; nothing here proves that there was none.`);
}

function ownerKeys(predicate: ReceiptPredicate, { genesis, rotations }: Disclosures, findings: Findings): OwnerKeyEra[] | null {
  if (genesis === undefined) return null;
  const eras = findings.attempt(() => ownerKeysOf(predicate.vault, genesis, rotations));
  if (eras === null) return null;
  findings.verified.push('The vault’s genesis is the one whose SHA-256 is the vault id; it names the owner’s key.');
  const changes = eras.length - 1;
  if (changes > 0) {
    findings.verified.push(
      `The owner’s key has been changed ${changes === 1 ? 'once' : `${changes} times`}, to the key committed to before.`,
    );
  }
  return eras;
}

function validationOf(
  predicate: ReceiptPredicate,
  eras: readonly OwnerKeyEra[] | null,
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
  if (evidence === undefined || eras === null) {
    findings.asserted.push(`${said}, says the service; the owner’s own statement is not here to be checked.`);
    return 'asserted';
  }
  const verified = findings.attempt(() => verifyOwnerEvidence(predicate.vault, eras, record, evidence, predicate.evaluatedAt));
  if (verified === null) return 'failed';
  const { signedAt } = verified;
  if (signedAt > predicate.evaluatedAt + LIMITS.clockSkewMs) {
    findings.asserted.push(
      `${said}, says the service; the owner’s own statement is dated ${formatInstant(signedAt)}, after the row was served.`,
    );
    return 'asserted';
  }
  // The service may date it earlier than the owner did: that is not the owner's word.
  const dated =
    signedAt > lastValidatedAt + LIMITS.clockSkewMs
      ? `${tag}: confirmed by the owner at ${formatInstant(signedAt)} (which the service dates ${formatInstant(lastValidatedAt)})`
      : said;
  const until = verified.expiresAt === null ? '' : `, good until ${formatInstant(verified.expiresAt)}`;
  const signer = verified.device === null ? 'the owner’s key' : `the key that the owner gave to the device ${verified.device},`;
  findings.verified.push(`${dated}${until}: signed by ${signer} for this version of ${record.row}.`);
  if (verified.device !== null) {
    findings.unknown.push(`${tag}: nothing here proves that the owner had not taken the device’s key back by then.`);
  }
  if (verified.keyReplaced) {
    findings.unknown.push(
      `${tag}: the owner key of that time has been replaced since; nothing here proves that it was not used afterwards.`,
    );
  }
  return 'verified';
}
