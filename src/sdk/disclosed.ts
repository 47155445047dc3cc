import type { Disclosure } from '../../schemas/disclosure.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { openRows, type OpenedRow } from '../receipts/disclosed-row.ts';
import { openDisclosures } from '../receipts/disclosure.ts';
import { parseStatement } from '../receipts/statement.ts';
import { Findings } from '../receipts/verdict.ts';

/** The disclosure, once it is of that receipt and shows the rows that were asked for and no other. @throws {MemSyncError} `service_lied` */
export function requireAsked(disclosure: Disclosure, receipt: string, tags: readonly string[]): Disclosure {
  const { disclosures } = disclosure.bundle;
  const shown = disclosures.tags.flatMap((tag, position) => (tag === null ? [] : [{ position, record: tag.record }]));
  const asked = new Set(tags);
  const lines = new Set(shown.map(({ record }) => record.segment));
  const others =
    disclosures.query !== undefined ||
    disclosures.request !== undefined ||
    disclosures.segments.some((segment, i) => !('leaf' in segment) && !lines.has(i));
  if (
    disclosure.receipt !== receipt ||
    others ||
    shown.length !== asked.size ||
    shown.some(({ record }) => !asked.has(record.tag)) ||
    disclosure.rows.map(({ position }) => position).join() !== shown.map(({ position }) => position).join()
  ) {
    throw new MemSyncError('service_lied', 'The service opened other rows than were asked for.');
  }
  return disclosure;
}

/** A row that a disclosure opens, with its tag. */
export interface Shown {
  readonly tag: string;
  readonly opened: OpenedRow;
}

/**
 * What a reviewer will be able to read in a disclosure. Signature and log are for the reviewer to check.
 * @throws {MemSyncError} `service_lied` where a row does not open to what the receipt commits to, `bundle_malformed` where there is no receipt
 */
export function shownIn({ bundle, rows }: Disclosure): Shown[] {
  const { predicate } = parseStatement(parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope).payload);
  const findings = new Findings();
  const { tags, segments, mismatches } = openDisclosures(predicate, bundle.disclosures);
  const opened = openRows(predicate, tags, segments, rows, findings);
  const [failure] = [...mismatches, ...findings.failures.map(({ detail }) => detail)];
  if (failure !== undefined) throw new MemSyncError('service_lied', `What the service opened does not hold: ${failure}`);
  return opened.flatMap((row, i) => (row === null ? [] : [{ tag: tags[i]?.tag ?? '', opened: row }]));
}
