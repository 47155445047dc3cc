import type { ExportLine } from '../../../schemas/export-line.ts';
import { base64, fromHex, hex } from '../../core/bytes.ts';
import { formatInstant } from '../../core/instant.ts';
import type { StoredReceipt } from '../../store/records.ts';
import { readReceiptOf } from '../receipts.ts';
import type { Place } from './cursor.ts';
import { type Page, PAGE_BYTES, type Reading } from './reading.ts';

/** A bundle that is longer is left out of its receipt's line; what it is made of is there all the same. */
const MAX_BUNDLE = 3_000_000;
const AT_A_TIME = 16;
const RECORDS = 2000;

type ReceiptsPlace = Extract<Place, { part: 'receipts' }>;

/** Receipts, oldest first: the sealed record, the bundle and its proof, then a line for each row that it served. */
export async function receiptLines(reading: Reading, place: ReceiptsPlace): Promise<Page> {
  const { services, access, cursor } = reading;
  const { vault } = access.vault;
  const lines: ExportLine[] = [];
  let bytes = 0;
  let { after, sent } = place;
  for (;;) {
    const page = await services.store.receiptsAfter(vault, after, AT_A_TIME);
    const due = page.filter(({ issuedAt }) => issuedAt <= cursor.at);
    for (const receipt of due) {
      if (sent === 0) {
        const line = await receiptLine(reading, receipt);
        lines.push(line);
        bytes += JSON.stringify(line).length;
        sent = 1;
      }
      const kept = await services.store.receiptRows(vault, receipt.id);
      for (const { position, row, sealed } of kept.slice(sent - 1)) {
        if (bytes >= PAGE_BYTES) return { lines, next: { part: 'receipts', after, sent } };
        lines.push({ type: 'receipt_row', receipt: receipt.id, position, row, sealed: base64(sealed) });
        bytes += sealed.length * 1.4 + 200;
        sent += 1;
      }
      [after, sent] = [receipt.id, 0];
      if (bytes >= PAGE_BYTES) return { lines, next: { part: 'receipts', after, sent } };
    }
    if (page.length < AT_A_TIME || due.length === 0) return { lines, next: null };
  }
}

async function receiptLine({ services, access }: Reading, receipt: StoredReceipt): Promise<ExportLine> {
  const { bundle } = await readReceiptOf(services, access, receipt.id);
  const { id, issuedAt, retrieval, grant, logIndex, threadTag, paidUnexplained, sealed } = receipt;
  return {
    type: 'receipt',
    id,
    issuedAt: formatInstant(issuedAt),
    retrieval,
    grant,
    logIndex,
    threadTag: threadTag === null ? null : hex(threadTag),
    ...(paidUnexplained ? { paidUnexplained } : {}),
    sealed: base64(sealed),
    proof: bundle.proof,
    bundle: JSON.stringify(bundle).length > MAX_BUNDLE ? null : bundle,
  };
}

/** What threads have been shown lately, by which an echo is known for one. */
export async function servedLines(
  { services, access, cursor }: Reading,
  after: Extract<Place, { part: 'served' }>['after'],
): Promise<Page> {
  const from = after === null ? null : { threadTag: fromHex(after.threadTag), at: after.at, retrieval: after.retrieval, rows: [] };
  const page = await services.store.transfer.served(access.vault.vault, from, RECORDS);
  const last = page.at(-1);
  const lines = page
    .filter(({ at }) => at <= cursor.at)
    .map(({ threadTag, at, retrieval, rows }): ExportLine => ({
      type: 'served',
      threadTag: hex(threadTag),
      at,
      retrieval,
      rows: [...rows],
    }));
  if (last === undefined || page.length < RECORDS) return { lines, next: null };
  return { lines, next: { part: 'served', after: { threadTag: hex(last.threadTag), at: last.at, retrieval: last.retrieval } } };
}

/** What grants have been shown, for the owner who asks what an app has read. */
export async function readLines({ services, access, cursor }: Reading, after: Extract<Place, { part: 'reads' }>['after']): Promise<Page> {
  const page = await services.store.transfer.reads(access.vault.vault, after, RECORDS);
  const last = page.at(-1);
  const lines = page.filter(({ at }) => at <= cursor.at).map((read): ExportLine => ({ type: 'read', ...read, rows: [...read.rows] }));
  if (last === undefined || page.length < RECORDS) return { lines, next: null };
  return { lines, next: { part: 'reads', after: { grant: last.grant, retrieval: last.retrieval } } };
}
