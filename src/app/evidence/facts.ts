import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import type { ReceiptFacts } from '../../claims/kind.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { receiptFactsOf } from '../../receipts/receipt-facts.ts';
import type { ReceiptRecord, ReceiptRowRecord } from '../receipt-record.ts';

/** What a receipt says of its answer, as evidence is held against it. `context` is the block as it was served, or null where it is not to be had. */
export function receiptFacts(record: Pick<ReceiptRecord, 'envelope' | 'request'>, context: string | null): ReceiptFacts {
  return receiptFactsOf(parseEnvelope(STATEMENT_PAYLOAD_TYPE, record.envelope), { requestSha256: record.request?.sha256 ?? null, context });
}

/** The context block as it was served, out of its lines and the rows that are at hand; null where one is not. */
export function servedContext(lines: ReceiptRecord['lines'], rows: readonly (ReceiptRowRecord | null)[]): string | null {
  const shown = new Map(rows.flatMap((row) => (row === null ? [] : [[row.record.row, row.line] as const])));
  let context = '';
  for (const line of lines) {
    const text = 'text' in line ? line.text : shown.get(line.row);
    if (text === undefined) return null;
    context += text;
  }
  return context;
}
