import { LIMITS } from '../../../schemas/limits.ts';
import { NewMemory } from '../../../schemas/memory.ts';
import { CATEGORIES, type Category } from '../../../schemas/vocabulary.ts';
import type { ErrorIssue, MemSyncError } from '../../core/errors.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import { readForeignDate } from './foreign-date.ts';
import { type Line, lineError } from './line.ts';
import { type Field, type Mapping, valuesAt } from './mapping.ts';

/** What an importer should know of a row that is taken: it has no time of its own, or its category is none of ours and was left out. */
export type ImportNote = 'without_time' | 'category_unknown';

/** What becomes of one line: a row to remember, or the reason why it makes none. */
export type PlannedRow =
  | { readonly line: number; readonly memory: NewMemory; readonly notes: readonly ImportNote[] }
  | { readonly line: number; readonly error: MemSyncError };

/** A record's parts, as they go into a row, with what does not fit. */
interface Draft {
  readonly issues: ErrorIssue[];
  readonly notes: ImportNote[];
}

/**
 * What each record becomes under a mapping, in order; lines that did not read stay errors. Every row is claimed as `imported` and nothing
 * else; a record without a time gets none, and a time that does not read, or lies after `now`, is an error, as everything is that
 * `NewMemory` refuses. Errors are `line_invalid` with an issue for each field, and hold nothing of a record's text.
 */
export async function* planImport(
  records: AsyncIterable<Line>,
  mapping: Mapping,
  now: Instant,
): AsyncGenerator<PlannedRow, void, undefined> {
  for await (const record of records) yield 'error' in record ? record : planRow(record.line, record.value, mapping, now);
}

function planRow(line: number, record: unknown, mapping: Mapping, now: Instant): PlannedRow {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return { line, error: lineError(line, 'is not a record with named fields.') };
  const draft: Draft = { issues: [], notes: [] };
  const constants = mapping.constants ?? {};
  const at = (field: Field | undefined): unknown => valuesAt(record, field)[0];
  const observedAt = earliest(draft, 'observedAt', valuesAt(record, mapping.observedAt));
  if (observedAt === undefined) draft.notes.push('without_time');
  else if (observedAt > now + LIMITS.clockSkewMs) draft.issues.push({ path: '/observedAt', message: 'lies in the future' });
  const validUntil = earliest(draft, 'validUntil', valuesAt(record, mapping.validUntil));
  const label = (name: 'type' | 'subject' | 'attribute' | 'collection' | 'ref' | 'url'): { [key: string]: string } => {
    const value = labelOf(draft, name, at(mapping[name])) ?? constants[name];
    return value === undefined ? {} : { [name]: value };
  };
  const category = categoryOf(draft, at(mapping.category)) ?? constants.category;
  const text = at(mapping.text);
  if (text === undefined) draft.issues.push({ path: '/text', message: 'is missing' });
  if (draft.issues.length > 0) return { line, error: refusal(line, draft.issues) };

  const row = NewMemory.safeParse({
    text,
    ...label('type'),
    ...(category === undefined ? {} : { category }),
    ...label('collection'),
    ...(observedAt === undefined ? {} : { observedAt: formatInstant(observedAt) }),
    ...(validUntil === undefined ? {} : { validUntil: formatInstant(validUntil) }),
    ...label('subject'),
    ...label('attribute'),
    claimed: { kind: 'imported', ...label('ref'), ...label('url') },
  });
  if (!row.success) draft.issues.push(...row.error.issues.map(({ path, message }) => ({ path: pointer(path), message })));
  if (!row.success || draft.issues.length > 0) return { line, error: refusal(line, draft.issues) };
  return { line, memory: row.data, notes: draft.notes };
}

/** The earliest of the times that a record has, or undefined when it has none. */
function earliest(draft: Draft, name: string, values: readonly unknown[]): Instant | undefined {
  let first: Instant | undefined;
  for (const value of values) {
    const instant = readForeignDate(value);
    if (instant === null) draft.issues.push({ path: `/${name}`, message: 'is not a date that reads' });
    else if (first === undefined || instant < first) first = instant;
  }
  return first;
}

function labelOf(draft: Draft, name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  draft.issues.push({ path: `/${name}`, message: 'is not a text' });
  return undefined;
}

/** The first of a record's categories that is one of ours. Other products' own lists are no reason to refuse a row. */
function categoryOf(draft: Draft, value: unknown): Category | undefined {
  if (value === undefined) return undefined;
  const names: unknown[] = typeof value === 'string' ? value.split(/[,;|]/) : [value].flat();
  for (const name of names) {
    const known = typeof name === 'string' ? CATEGORIES.find((category) => category === name.trim().toLowerCase()) : undefined;
    if (known !== undefined) return known;
  }
  if (names.length > 0) draft.notes.push('category_unknown');
  return undefined;
}

function refusal(line: number, issues: readonly ErrorIssue[]): MemSyncError {
  const said = issues.map(({ path, message }) => `${path.slice(1)}: ${message}`).join('; ');
  return lineError(line, `makes no row. ${said}.`, { issues });
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part)}`).join('');
}
