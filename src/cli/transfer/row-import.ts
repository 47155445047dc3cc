import { LIMITS } from '../../../schemas/limits.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import { ImportReport } from '../../sdk/transfer/import-report.ts';
import { type RowFile, rowsOf, type WireMemory } from './row-source.ts';

/** Bytes of rows, as JSON, that go into one request. */
const BATCH_BYTES = 3_000_000;

/** What became of a file's rows, or would become of them. */
export interface RowsImported {
  /** What was read, line by line. */
  readonly report: ImportReport;
  readonly added: number;
  readonly present: number;
}

/**
 * Takes a file's rows into the vault that the client's token opens. Every line is read and checked before anything is written; one that makes no
 * row stops all of it unless `skipBad`. A batch that a killed run has sent is there already, and adds nothing.
 * @throws {MemSyncError} what reading the file, and the service, throw
 */
export async function importRows(
  client: Pick<MemSyncClient, 'importRows'>,
  file: RowFile,
  { dryRun, skipBad }: { readonly dryRun: boolean; readonly skipBad: boolean },
  progress: (done: number, of: number) => void,
): Promise<RowsImported> {
  const report = new ImportReport();
  for await (const row of rowsOf(file)) report.add(row);
  const counts = { added: 0, present: 0 };
  if (report.refused > 0 && !skipBad && !dryRun) return { report, ...counts };
  let done = 0;
  for await (const memories of batches(file)) {
    const { results } = await client.importRows({ memories, dryRun });
    for (const { outcome } of results) counts[outcome] += 1;
    done += memories.length;
    progress(done, report.rows);
  }
  return { report, ...counts };
}

async function* batches(file: RowFile): AsyncGenerator<WireMemory[]> {
  let batch: WireMemory[] = [];
  let bytes = 0;
  for await (const row of rowsOf(file)) {
    if ('error' in row) continue;
    const length = JSON.stringify(row.memory).length * 2;
    if (batch.length > 0 && (bytes + length > BATCH_BYTES || batch.length >= LIMITS.batchRows)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(row.memory);
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}
