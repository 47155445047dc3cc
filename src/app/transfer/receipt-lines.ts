import type { ExportLine } from '../../../schemas/export-line.ts';
import { base64, fromHex, hex } from '../../core/bytes.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import type { StoredReceipt } from '../../store/records.ts';
import { readReceiptOf } from '../receipts.ts';
import { addendumLines, roomAfter } from './addendum-lines.ts';
import type { EvidencePlace, Place } from './cursor.ts';
import { type Page, PAGE_BYTES, type Reading } from './reading.ts';

/** A bundle that is longer is left out of its receipt's line; what it is made of is there all the same. */
const MAX_BUNDLE = 3_000_000;
const AT_A_TIME = 16;
const RECORDS = 2000;

const NO_EVIDENCE: EvidencePlace = { number: 0, bytes: 0, of: '' };

type ReceiptsPlace = Extract<Place, { part: 'receipts' }>;

/** Receipts, oldest first: the sealed record, the bundle and its proof, then a line for each row that it served, then the evidence that came later. */
export async function receiptLines(reading: Reading, place: ReceiptsPlace): Promise<Page> {
  const { services, access, cursor } = reading;
  const { vault } = access.vault;
  const lines: ExportLine[] = [];
  let bytes = 0;
  let { after, sent, evidence } = place;
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
      const kept = evidence === undefined ? await services.store.receiptRows(vault, receipt.id) : [];
      for (const { position, row, sealed } of kept.slice(sent - 1)) {
        if (bytes >= PAGE_BYTES) return { lines, next: { part: 'receipts', after, sent } };
        lines.push({ type: 'receipt_row', receipt: receipt.id, position, row, sealed: base64(sealed) });
        bytes += sealed.length * 1.4 + 200;
        sent += 1;
      }
      const more = await addendumLines(reading, receipt.id, evidence ?? NO_EVIDENCE, roomAfter(bytes));
      lines.push(...more.lines);
      if (more.moved) return { lines, next: null, moved: true };
      if (more.next !== null) return { lines, next: { part: 'receipts', after, sent, evidence: more.next } };
      for (const line of more.lines) bytes += JSON.stringify(line).length;
      [after, sent, evidence] = [receipt.id, 0, undefined];
      if (bytes >= PAGE_BYTES) return { lines, next: { part: 'receipts', after, sent } };
    }
    if (page.length < AT_A_TIME || due.length === 0) return { lines, next: null };
  }
}

async function receiptLine({ services, access }: Reading, receipt: StoredReceipt): Promise<ExportLine> {
  const { addenda: _addenda, ...bundle } = (await readReceiptOf(services, access, receipt.id)).bundle;
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

/** Which receipts name which model labels, by keyed hashes. */
export async function labelLines({ services, access, cursor }: Reading, after: Extract<Place, { part: 'labels' }>['after']): Promise<Page> {
  const from = after === null ? null : { labelTag: fromHex(after.labelTag), receipt: after.receipt };
  const page = await services.store.transfer.labels(access.vault.vault, from, RECORDS);
  const lines = page
    .filter(({ receipt }) => issuedAt(receipt) <= cursor.at)
    .map(({ labelTag, receipt }): ExportLine => ({ type: 'label', labelTag: hex(labelTag), receipt }));
  const last = page.at(-1);
  if (last === undefined || page.length < RECORDS) return { lines, next: null };
  return { lines, next: { part: 'labels', after: { labelTag: hex(last.labelTag), receipt: last.receipt } } };
}

/** When a receipt was issued: its id begins with it. */
function issuedAt(receipt: string): Instant {
  return Number.parseInt(receipt.slice('rcp_'.length, 'rcp_'.length + 12), 16);
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
