import { type Disclosure, DISCLOSURE_FORMAT, type RowOpening } from '../../schemas/disclosure.ts';
import type { TagRecord } from '../../schemas/receipt.ts';
import { base64, hex } from '../../src/core/bytes.ts';
import { rowCommitment } from '../../src/crypto/row-commitment.ts';
import { encodeHeader, type RowHeader } from '../../src/memory/header.ts';
import { narrowBundle } from '../../src/receipts/narrow-bundle.ts';
import { quote } from '../../src/retrieval/quote.ts';
import { build, type Built, bytesOf, makeRecord, NOON, type Plan } from './build.ts';

/** A row as it was served, with what opens it. */
export interface ServedRow {
  readonly record: TagRecord;
  readonly header: RowHeader;
  readonly opening: RowOpening;
  readonly line: string;
}

export interface RowPlan {
  readonly text?: string;
  readonly header?: Partial<RowHeader>;
  readonly record?: Partial<TagRecord>;
  /** What the line says in place of the row's text. */
  readonly quoted?: string;
}

/** Row `number` (from 1) of a receipt: on line `number`, confirmed by nobody, `90 + number` days old. */
export function servedRow(number: number, plan: RowPlan = {}): ServedRow {
  const record = makeRecord(number, plan.record);
  const text = plan.text ?? `text of row ${number}: “${hex(bytesOf('words', number)).slice(0, 24)}”`;
  const header: RowHeader = {
    v: 1,
    row: record.row,
    version: record.version,
    collection: `col_${hex(bytesOf('collection')).slice(0, 32)}`,
    type: 'semantic',
    category: 'health',
    subject: `subject ${number}`,
    attribute: null,
    origin: {
      effective: record.origin,
      claimed: { thread: `thread of ${number}` },
      stamped: { grantId: `grt_${hex(bytesOf('grant')).slice(0, 32)}`, channel: 'api', recordedAt: record.basisAt + 1000 },
    },
    observedAt: null,
    basisAt: record.basisAt,
    basisReason: 'recorded',
    validUntil: null,
    derivedFrom: [],
    supersedes: [],
    bounds: null,
    ...plan.header,
  };
  const bytes = encodeHeader(header);
  const salt = bytesOf('row salt', number);
  return {
    record: { ...record, commitment: hex(rowCommitment(salt, bytes, text)) },
    header,
    opening: { position: number - 1, salt: hex(salt), header: base64(bytes), text },
    line: `[${record.tag}] never confirmed; said by the user months ago: ${quote(plan.quoted ?? text)}\n`,
  };
}

export function servedRows(count: number, plan: (number: number) => RowPlan = () => ({})): ServedRow[] {
  return Array.from({ length: count }, (_, i) => servedRow(i + 1, plan(i + 1)));
}

/** The receipt of these rows: a heading, then a line each. */
export function receiptOf(rows: readonly ServedRow[], plan: Plan = {}): Built {
  return build({
    records: rows.map(({ record }) => record),
    segments: ['HEADING of a section\n', ...rows.map(({ line }) => line)],
    ...plan,
  });
}

/** What opens the rows at these positions and shows no other. */
export function disclosureOf(built: Built, rows: readonly ServedRow[], positions: readonly number[]): Disclosure {
  const shown = [...new Set(positions)].sort((a, b) => a - b);
  return {
    format: DISCLOSURE_FORMAT,
    receipt: built.predicate.receipt,
    bundle: narrowBundle(built.bundle, new Set(shown)),
    rows: shown.flatMap((position) => rows[position]?.opening ?? []),
  };
}

export const AT = NOON + 60_000;
