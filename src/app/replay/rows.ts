import { isMemSyncError } from '../../core/errors.ts';
import { buildContext } from '../../retrieval/context.ts';
import type { RowAgain, RowThen } from '../../receipts/replay.ts';
import type { Access } from '../access.ts';
import { contextRow, type Question } from '../answer.ts';
import type { OpenVault } from '../open-vault.ts';
import { ReceiptRowRecord } from '../receipt-record.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import { tagRecordOf } from '../tag-record.ts';
import { openVersion } from '../unlock.ts';

/** What a receipt keeps of a row that it served: nothing but its name, once the row is erased. */
export type KeptRow =
  { readonly row: string; readonly erased: true } | { readonly row: string; readonly erased: false; readonly kept: RowThen };

/** What a receipt keeps of its rows, in the order in which they were served; null where it lacks what a replay needs. */
export async function keptRows({ store }: Services, { vault }: Access, receipt: string, count: number): Promise<KeptRow[] | null> {
  const stored = await store.receiptRows(vault.vault, receipt);
  if (stored.length !== count) return null;
  const rows: KeptRow[] = [];
  for (const { row, position, sealed } of stored) {
    const state = vault.state.rows.get(row);
    if (state === undefined || state.erased !== null || sealed.length === 0) {
      rows.push({ row, erased: true });
      continue;
    }
    const opened = openRecord(vault.keys.all(state.collection), ['receipt-row', `${receipt}/${position}`], sealed, ReceiptRowRecord);
    const { record, tagSalt, lineSalt, line, score, validation } = opened;
    if (score === undefined) return null;
    rows.push({ row, erased: false, kept: { record, tagSalt, lineSalt, line, score, validation } });
  }
  return rows;
}

/** Opens each row that was served anew from the disk, as it said then, against what the ledger commits to: the code that says why, by row, of those that do not open. */
export async function versionsHold(
  { store }: Services,
  vault: OpenVault,
  rows: readonly KeptRow[],
): Promise<Map<string, { code: string }>> {
  const failed = new Map<string, { code: string }>();
  for (const row of rows) {
    if (row.erased) continue;
    const { version } = row.kept.record;
    const known = vault.state.rows.get(row.row)?.versions.find((one) => one.version === version);
    const stored = await store.version(vault.vault, row.row, version);
    try {
      if (known === undefined || stored === null) failed.set(row.row, { code: 'row_unopenable' });
      else openVersion(vault, stored, known);
    } catch (error) {
      if (!isMemSyncError(error)) throw error;
      failed.set(row.row, { code: error.code });
    }
  }
  return failed;
}

/** A row out of the vault as it stood, under the tag and rank that it was served under; the code of what is wrong where it is not there. */
export function rowAgain(
  vault: OpenVault,
  question: Question,
  open: ReadonlySet<string>,
  { record }: RowThen,
): RowAgain | { code: string } {
  const { view, at } = question;
  const row = view.rows.get(record.row);
  if (row === undefined) return { code: vault.damaged.get(record.row) ?? 'row_unopenable' };
  const { tag, rank, segment } = record;
  const { segments, rows } = buildContext([contextRow(question, row, { id: record.row, rank })], { now: at });
  const line = segments.find((one) => one.kind === 'row')?.text ?? '';
  const placement = rows[0]?.placement ?? 'dormant';
  const again = tagRecordOf(view, row, at, { tag, rank, segment, placement });
  return { ...again, line: `[${tag}]${line.slice('[m1]'.length)}`, lost: lostAbove(vault, question, open, record.row) };
}

/** Whether a row above this one, as it stood, is erased since or lies under a key that was at hand then and is not now. */
function lostAbove(vault: OpenVault, { view }: Question, open: ReadonlySet<string>, id: string): RowAgain['lost'] {
  const seen = new Set<string>();
  const pending = [...(view.rows.get(id)?.header.derivedFrom ?? [])];
  let lost: RowAgain['lost'] = null;
  for (let source = pending.pop(); source !== undefined; source = pending.pop()) {
    const then = view.state.rows.get(source);
    if (seen.has(source) || then === undefined) continue;
    seen.add(source);
    if (then.erased === null && vault.state.rows.get(source)?.erased !== null) return 'erased';
    if (open.has(then.collection) && !vault.keys.has(then.collection)) lost = 'closed';
    pending.push(...(view.rows.get(source)?.header.derivedFrom ?? []));
  }
  return lost;
}
