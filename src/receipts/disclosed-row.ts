import type { RowOpening } from '../../schemas/disclosure.ts';
import type { Check, ReceiptPredicate, TagRecord } from '../../schemas/receipt.ts';
import { TIERS } from '../../schemas/vocabulary.ts';
import { fromBase64, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { rowCommitment } from '../crypto/row-commitment.ts';
import { parseHeader, type RowHeader } from '../memory/header.ts';
import { earlier, tierAt } from '../memory/tier.ts';
import type { Findings } from './verdict.ts';

/** A row version in its own words, shown to be what the commitment in its tag was made of. */
export interface OpenedRow {
  readonly text: string;
  /** Instants in milliseconds. */
  readonly header: RowHeader;
  /** Whether the row's line in the context block is shown, and quotes this text. */
  readonly line: boolean;
}

/**
 * Opens rows by what was handed over for it. What comes back goes by the receipt's tags, null where a row stays closed. `records` and `lines`
 * are those that opened what was signed. Whatever does not hold is among the failures as `disclosure_mismatch`, and opens nothing.
 */
export function openRows(
  predicate: Pick<ReceiptPredicate, 'tags' | 'evaluatedAt'>,
  records: readonly (TagRecord | null)[],
  lines: readonly (string | null)[],
  openings: readonly RowOpening[],
  findings: Findings,
): (OpenedRow | null)[] {
  const opened: (OpenedRow | null)[] = predicate.tags.map(() => null);
  for (const opening of openings) {
    const { position } = opening;
    const record = records[position] ?? null;
    const row = findings.attempt(() => {
      if (position >= predicate.tags.length) throw mismatch(`Row ${position + 1} is opened, and the receipt has no such row.`);
      if (record === null) throw mismatch(`Row ${position + 1} is opened, and its tag is not shown.`);
      return openRow(record, lines[record.segment] ?? null, opening, predicate.evaluatedAt);
    });
    if (row === null || record === null) continue;
    opened[position] = row;
    findings.verified.push(`${record.tag}: header and text are those that its row’s commitment was made of, to the byte.`);
    if (row.line) findings.verified.push(`${record.tag}: its line says what its row’s commitment holds.`);
  }
  return opened;
}

/** The check of the claim `memory` on rows that were opened; none where nothing was handed over to open one. */
export function wordsCheck(openings: readonly RowOpening[], opened: readonly (OpenedRow | null)[]): Check[] {
  if (openings.length === 0) return [];
  const handed = new Set(openings.map(({ position }) => position));
  const failed = openings.length > handed.size || [...handed].some((position) => (opened[position] ?? null) === null);
  const count = opened.filter((row) => row !== null).length;
  const detail = `${count} of ${opened.length} rows are opened: header and text are those that the commitment was made of.`;
  return [{ check: 'words', status: failed ? 'failed' : 'verified', detail }];
}

/** @throws {MemSyncError} `disclosure_mismatch` */
function openRow(record: TagRecord, line: string | null, opening: RowOpening, evaluatedAt: Instant): OpenedRow {
  const { tag } = record;
  const header = headerOf(record, opening);
  const contradiction = contradictionIn(record, header, evaluatedAt);
  if (contradiction !== null) throw mismatch(`${tag}: ${contradiction}.`);
  if (line !== null && quotedIn(line) !== opening.text) throw mismatch(`${tag}: its line says something else than its row.`);
  return { text: opening.text, header, line: line !== null };
}

/** The header, once the commitment in the tag's record is that of these bytes. */
function headerOf({ tag, row, version, commitment }: TagRecord, opening: RowOpening): RowHeader {
  try {
    const bytes = fromBase64(opening.header);
    if (hex(rowCommitment(fromHex(opening.salt), bytes, opening.text)) !== commitment)
      throw mismatch(`${tag}: header and text are not those that its row’s commitment was made of.`);
    return parseHeader(bytes, row, version);
  } catch (cause) {
    if (!isMemSyncError(cause) || cause.code === 'disclosure_mismatch') throw cause;
    throw mismatch(`${tag}: ${cause.message}`, cause);
  }
}

/** In what a tag's record says other than the header of its row allows, or null. */
function contradictionIn(record: TagRecord, header: RowHeader, evaluatedAt: Instant): string | null {
  if (record.origin !== header.origin.effective) return 'its origin is another than its row’s';
  // Edits and repeats make a row older than its last version says, never younger.
  if (record.basisAt > header.basisAt) return 'it was shown as younger than its row is';
  if (TIERS.indexOf(record.tier) < TIERS.indexOf(tierAt(endOf(record, header), evaluatedAt)))
    return 'its tier is one that its row was past';
  return null;
}

/** Past what instants the row stood no better, whatever the policy: what it says itself, and without the owner's word its bounds. */
function endOf({ lastValidatedAt }: TagRecord, { validUntil, bounds }: RowHeader): { activeUntil: Instant; backgroundUntil: Instant } {
  const own = { activeUntil: validUntil ?? Infinity, backgroundUntil: validUntil ?? Infinity };
  return lastValidatedAt !== null || bounds === null ? own : earlier(own, bounds);
}

/** The text that a row's line quotes: one JSON string to its end, before which there is no quotation mark. Null where it is none. */
function quotedIn(line: string): string | null {
  const start = line.indexOf('"');
  if (start < 0 || !line.slice(0, start).endsWith(': ')) return null;
  try {
    const value: unknown = JSON.parse(line.slice(start).replace(/\n$/, ''));
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

function mismatch(detail: string, cause?: MemSyncError): MemSyncError {
  return new MemSyncError('disclosure_mismatch', detail, { cause });
}
