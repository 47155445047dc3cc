import { createReadStream } from 'node:fs';
import type { z } from 'zod';
import type { ImportedMemory } from '../../../schemas/transfer.ts';
import { Claimed, type NewMemory } from '../../../schemas/memory.ts';
import { Category, MemoryType } from '../../../schemas/vocabulary.ts';
import type { VersionLine } from '../../../schemas/export-line.ts';
import type { MemSyncError } from '../../core/errors.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import type { AgeKey } from '../../crypto/age-stream.ts';
import { readCsv } from '../../sdk/transfer/csv.ts';
import { readJsonLines } from '../../sdk/transfer/json-lines.ts';
import type { Mapping } from '../../sdk/transfer/mapping.ts';
import { fileBytes, openExport } from '../../sdk/transfer/open-file.ts';
import { type ImportNote, planImport } from '../../sdk/transfer/plan-import.ts';

/** What goes to the service as it is written there. */
export type WireMemory = z.input<typeof ImportedMemory>;

/** A row to be imported, or why one line makes none. */
export type SourceRow =
  | { readonly line: number; readonly memory: WireMemory; readonly notes: readonly ImportNote[] }
  | { readonly line: number; readonly error: MemSyncError };

/** What the rows are read from. */
export interface RowFile {
  readonly path: string;
  readonly key: AgeKey | null;
  readonly format: 'export' | 'jsonl' | 'csv';
  readonly delimiter: ',' | ';' | '\t';
  readonly mapping: Mapping;
  /** The collection that everything goes into, or null. */
  readonly collection: string | null;
  readonly now: Instant;
}

/** The first thing in a file that can be told apart. */
export async function isExport(path: string, key: AgeKey | null): Promise<boolean> {
  if (key !== null) return true;
  const stream = createReadStream(path, { end: 4095, encoding: 'utf8' });
  let begins = '';
  for await (const piece of stream) begins += String(piece);
  return begins.startsWith('{"type":"readme","format":"memsync-export/');
}

/** The rows of a file. Of an export only those that are in use; and all is whole, or it throws. */
export async function* rowsOf(file: RowFile): AsyncGenerator<SourceRow> {
  if (file.format === 'export') {
    yield* exportRows(file);
    return;
  }
  const bytes = fileBytes(file.path, file.key);
  const lines = file.format === 'csv' ? readCsv(bytes, { delimiter: file.delimiter }) : readJsonLines(bytes);
  for await (const row of planImport(lines, file.mapping, file.now)) {
    if ('error' in row) yield row;
    else yield { line: row.line, memory: inCollection(wire(row.memory), file.collection), notes: row.notes };
  }
}

async function* exportRows({ path, key, collection }: RowFile): AsyncGenerator<SourceRow> {
  const { lines } = openExport(path, key);
  const names = new Map<string, string>();
  let line = 1;
  for await (const one of lines) {
    line += 1;
    if (one.type === 'collection' && one.name !== null) names.set(one.id, one.name);
    const memory = one.type === 'version' ? memoryOf(one, names) : null;
    if (memory !== null) yield { line, memory: inCollection(memory, collection), notes: [] };
  }
}

/** A row of an export as one from elsewhere: with its own age, and nothing of its standing; null where it is not in use. */
function memoryOf({ text, header, now, collection }: VersionLine, names: ReadonlyMap<string, string>): WireMemory | null {
  if (text === null || header === null || (now?.standing !== 'live' && now?.standing !== 'contested')) return null;
  const { type, category, subject, attribute, validUntil, origin } = header;
  const claimed = Claimed.safeParse(typeof origin === 'object' && origin !== null && 'claimed' in origin ? origin.claimed : {});
  const name = names.get(collection);
  return {
    text,
    ...optional('type', MemoryType.safeParse(type).data),
    ...optional('category', Category.safeParse(category).data),
    ...optional('collection', name),
    observedAt: now.basisAt,
    ...optional('validUntil', typeof validUntil === 'number' ? formatInstant(validUntil) : undefined),
    ...optional('subject', typeof subject === 'string' ? subject : undefined),
    ...optional('attribute', typeof attribute === 'string' ? attribute : undefined),
    claimed: { ...(claimed.success ? claimed.data : {}), kind: 'imported' },
  };
}

function wire({ observedAt, validUntil, supersedes: _supersedes, derivedFrom: _derivedFrom, ...rest }: NewMemory): WireMemory {
  return {
    ...rest,
    ...optional('observedAt', observedAt === undefined ? undefined : formatInstant(observedAt)),
    ...optional('validUntil', validUntil === undefined ? undefined : formatInstant(validUntil)),
  };
}

function inCollection(memory: WireMemory, collection: string | null): WireMemory {
  return collection === null ? memory : { ...memory, collection };
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
