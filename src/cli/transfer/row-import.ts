import { LIMITS } from '../../../schemas/limits.ts';
import type { MemSyncError } from '../../core/errors.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import { type RowFile, rowsOf, type WireMemory } from './row-source.ts';

/** Bytes of rows, as JSON, that go into one request. */
const BATCH_BYTES = 3_000_000;
/** Errors that are told of. */
const MOST_ERRORS = 100;

/** What became of a file's rows, or would become of them. */
export interface RowsImported {
  readonly rows: number;
  readonly added: number;
  readonly present: number;
  /** Lines that make no row. */
  readonly refused: number;
  readonly withoutTime: number;
  readonly errors: readonly MemSyncError[];
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
  const found = { rows: 0, added: 0, present: 0, refused: 0, withoutTime: 0, errors: [] as MemSyncError[] };
  for await (const row of rowsOf(file)) {
    if ('error' in row) {
      found.refused += 1;
      if (found.errors.length < MOST_ERRORS) found.errors.push(row.error);
    } else {
      found.rows += 1;
      if (row.withoutTime) found.withoutTime += 1;
    }
  }
  if (found.rows === 0 || (found.refused > 0 && !skipBad && !dryRun)) return found;
  let done = 0;
  for await (const memories of batches(file)) {
    const { results } = await client.importRows({ memories, dryRun });
    for (const { outcome } of results) found[outcome] += 1;
    done += memories.length;
    progress(done, found.rows);
  }
  return found;
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
