import type { ReceiptPredicate, TagRecord } from '../../schemas/receipt.ts';
import type { ReplayedRow, ReplayReply } from '../../schemas/replay.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError } from '../core/errors.ts';
import { contextRoot, queryDigest, segmentLeaf } from './segment.ts';
import { tagDigest } from './tag.ts';

/** Where a validation is to be found in the ledger. */
type ValidationAt = { readonly seq: number; readonly leaf: number } | null;

/** What a receipt keeps of a row that it served. */
export interface RowThen {
  readonly record: TagRecord;
  readonly tagSalt: string;
  readonly lineSalt: string;
  readonly line: string;
  readonly score: number;
  readonly validation: ValidationAt;
}

/** The same row out of the vault as it stood, by itself: under the same tag and rank. */
export interface RowAgain {
  readonly record: TagRecord;
  readonly line: string;
  readonly validation: ValidationAt;
  /** Why its tier cannot be told as it was: a row that it descends from is erased, or lies under a key that is not at hand. */
  readonly lost: 'erased' | 'closed' | null;
}

/** A row that was served: what is kept and what it is now, or the code that says why it does not open; or erased. */
export type ReplayRow =
  | { readonly row: string; readonly erased: true }
  | { readonly row: string; readonly erased: false; readonly kept: RowThen; readonly again: RowAgain | { readonly code: string } };

/** A row as it is served again. */
export interface ServedAgain {
  readonly row: string;
  readonly tag: string;
  readonly rank: number;
  readonly score: number;
}

/** A receipt, and its retrieval made again. */
export interface ReplayInput {
  readonly predicate: ReceiptPredicate;
  readonly query: { readonly salt: string; readonly text: string };
  /** The context block as it is kept: a line that belongs to no row, or a row's place with its leaf. */
  readonly lines: readonly ({ readonly salt: string; readonly text: string } | { readonly row: string; readonly leaf: string })[];
  /** In the order of the signed digests. */
  readonly rows: readonly ReplayRow[];
  readonly again: { readonly rows: readonly ServedAgain[]; readonly segments: readonly string[]; readonly engine: string };
  /** How many rows in its scope have been erased since; asked only where it is not identical. */
  readonly erasedSince: () => number;
  /** Whether a key that was at hand then, of a collection that was not searched, is not now. */
  readonly isLess: boolean;
}

type Verdict = Pick<ReplayReply, 'outcome' | 'reason' | 'faults' | 'context' | 'rows'> & {
  readonly added: readonly ServedAgain[];
  readonly counts: Pick<ReplayReply['checked'], 'commitments' | 'tags' | 'lines' | 'scores' | 'erased'>;
};

/**
 * Whether a retrieval that was made again is the one that was signed (promise 10). Throws nothing.
 *
 * *Identical*: the same rows under the same tags, ranks and scores, and lines that come to the signed root. *Reduced*, only where rows in its
 * scope are erased: every row that is left opens, is what it commits to, stands as it stood and gives the same line, which gives its signed
 * leaf; scores may have moved, since words are rarer without the rows that are gone, and with them ranks, and rows that come in. Whatever else
 * is a fault.
 */
export function compareReplay(input: ReplayInput): Verdict {
  const { predicate, rows, again } = input;
  const faults = recordFaults(input);
  const compared = rows.map((row, i) => compareRow(row, i, again.rows));
  for (const { row, differs, outcome } of compared) {
    if (outcome === 'differs') faults.push(`Row ${row ?? ''} is not what was served: ${differs.join(', ')}.`);
  }
  const served = new Set(rows.map(({ row }) => row));
  const added = again.rows.filter(({ row }) => !served.has(row));
  const isWhole = sameContext(input);
  const isSame = compared.every(({ outcome }) => outcome === 'same') && added.length === 0 && isWhole && again.engine === predicate.engine;
  const erased = isSame ? 0 : input.erasedSince();
  const counts = {
    commitments: rows.filter((row) => !row.erased && 'record' in row.again).length,
    tags: rows.filter((row, i) => !row.erased && opensTag(row.kept, predicate.tags[i])).length,
    lines: isWhole ? again.segments.length : rows.filter((row) => givesLeaf(row, input)).length,
    scores: compared.filter(({ served: was, replayed: now }) => was !== null && was.score === now?.score).length,
    erased,
  };
  const lost = new Set(rows.map((row) => (!row.erased && 'record' in row.again ? row.again.lost : null)));
  const context = isWhole ? 'same' : rows.every((row) => row.erased || givesLeaf(row, input)) ? 'reduced' : 'other';
  const verdict = { faults, context, rows: compared, added, counts } as const;
  if (faults.length > 0) return { ...verdict, outcome: 'differs', reason: null };
  if (isSame) return { ...verdict, outcome: 'identical', reason: null };
  if (erased > 0 || (lost.has('erased') && othersHold(input, compared))) return { ...verdict, outcome: 'reduced', reason: null };
  if (input.isLess || lost.has('closed')) return { ...verdict, outcome: 'not_replayable', reason: 'collection_closed' };
  if (again.engine !== predicate.engine) return { ...verdict, outcome: 'not_replayable', reason: 'vectors_gone' };
  return { ...verdict, faults: orderFaults(compared, added, isWhole), outcome: 'differs', reason: null };
}

/** What of the kept record does not open what was signed. */
function recordFaults({ predicate, query, lines, rows }: ReplayInput): string[] {
  const faults: string[] = [];
  if (rows.length !== predicate.tags.length) faults.push('The receipt was signed over another number of rows than it keeps.');
  rows.forEach((row, i) => {
    if (!row.erased && !opensTag(row.kept, predicate.tags[i]))
      faults.push(`What is kept of row ${row.row} does not open its signed digest.`);
  });
  if (!opens(() => queryDigest(fromHex(query.salt), query.text), predicate.queryDigest))
    faults.push('The query is not the one that was signed.');
  const root = () => contextRoot(lines.map((line) => ('text' in line ? segmentLeaf(fromHex(line.salt), line.text) : fromHex(line.leaf))));
  if (lines.length !== predicate.contextSegments || !opens(root, predicate.contextRoot))
    faults.push('What is kept of the context block does not come to the root that was signed.');
  return faults;
}

/** Whether every row is served again by the same score, but for those that descend from an erased one: what lies outside of its scope moves no score. */
function othersHold({ rows }: ReplayInput, compared: readonly ReplayedRow[]): boolean {
  return rows.every((row, i) => {
    const { served, replayed } = compared[i] ?? {};
    if (row.erased || ('record' in row.again && row.again.lost === 'erased')) return true;
    return replayed !== undefined && served?.score === replayed?.score;
  });
}

const COMPARED = [
  'version',
  'commitment',
  'standing',
  'origin',
  'basisAt',
  'lastValidatedAt',
  'ageSeconds',
  'unvalidatedForSeconds',
] as const;
const BY_TIER = ['tier', 'placement'] as const;

function compareRow(row: ReplayRow, position: number, served: readonly ServedAgain[]): ReplayedRow {
  if (row.erased) return { tag: `m${position + 1}`, row: row.row, outcome: 'erased', differs: [], served: null, replayed: null };
  const { record, score, line, validation } = row.kept;
  const was = { tag: record.tag, rank: record.rank, score };
  const there = served.find((one) => one.row === row.row);
  const now = there === undefined ? null : { tag: there.tag, rank: there.rank, score: there.score };
  const base = { tag: record.tag, row: row.row, served: was, replayed: now };
  if (!('record' in row.again)) return { ...base, outcome: 'differs', differs: [row.again.code] };
  const { again } = row;
  const names = again.lost === null ? [...COMPARED, ...BY_TIER] : COMPARED;
  const differs: string[] = names.filter((name) => again.record[name] !== record[name]);
  if (again.line !== line) differs.push('line');
  if (again.validation?.seq !== validation?.seq || again.validation?.leaf !== validation?.leaf) differs.push('validation');
  if (differs.length > 0) return { ...base, outcome: 'differs', differs };
  if (now === null) return { ...base, outcome: 'not_served', differs: [] };
  const moved = (['tag', 'rank', 'score'] as const).filter((name) => was[name] !== now[name]);
  return { ...base, outcome: moved.length === 0 ? 'same' : 'moved', differs: moved };
}

/** Whether the lines that were made again come to the signed root, each under the salt of its place. */
function sameContext({ predicate, lines, rows, again }: ReplayInput): boolean {
  if (again.segments.length !== predicate.contextSegments || lines.length !== predicate.contextSegments) return false;
  const salts = new Map(rows.flatMap((row) => (row.erased ? [] : [[row.row, row.kept.lineSalt] as const])));
  const root = () =>
    contextRoot(
      again.segments.map((text, i) => {
        const line = lines[i];
        const salt = line === undefined ? '' : 'text' in line ? line.salt : (salts.get(line.row) ?? '');
        return segmentLeaf(fromHex(salt), text);
      }),
    );
  return again.segments.join('').length === predicate.contextLength && opens(root, predicate.contextRoot);
}

/** Whether a row's line, made again, gives the leaf that was signed for its place. */
function givesLeaf(row: ReplayRow, { lines }: ReplayInput): boolean {
  if (row.erased || !('record' in row.again)) return false;
  const { kept, again } = row;
  const place = lines[kept.record.segment];
  return (
    place !== undefined &&
    'row' in place &&
    place.row === row.row &&
    opens(() => segmentLeaf(fromHex(kept.lineSalt), again.line), place.leaf)
  );
}

/** What is wrong where every row is what it was, and the answer is another all the same. */
function orderFaults(rows: readonly ReplayedRow[], added: readonly ServedAgain[], isWhole: boolean): string[] {
  const faults = rows.flatMap(({ row, outcome, differs }) => {
    if (outcome === 'not_served') return [`Row ${row ?? ''} is not served again.`];
    return outcome === 'moved' ? [`Row ${row ?? ''} is served again with another ${differs.join(' and ')}.`] : [];
  });
  if (added.length > 0)
    faults.push(`${added.length} row${added.length === 1 ? ' is' : 's are'} served that ${added.length === 1 ? 'was' : 'were'} not.`);
  if (faults.length === 0 && !isWhole) faults.push('The context block is another.');
  return faults;
}

function opensTag({ record, tagSalt }: RowThen, signed: string | undefined): boolean {
  return opens(() => tagDigest(fromHex(tagSalt), record), signed ?? '');
}

/** Whether a digest is the signed one. What cannot be hashed at all opens nothing. */
function opens(digest: () => Uint8Array, signed: string): boolean {
  try {
    return hex(digest()) === signed;
  } catch (error) {
    if (isMemSyncError(error)) return false;
    throw error;
  }
}
