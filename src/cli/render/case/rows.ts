import type { Case, CaseRow } from '../../../../schemas/case.ts';
import { type Instant, requireInstant } from '../../../core/instant.ts';
import { count, lengthInWords } from '../../words.ts';
import { line, named, type Sheet, told } from './sheet.ts';

/** How many rows one screen has room for, of those that say most. */
const SCREEN = 3;

/** The rows that the answer was given with, those that it cites first: as they were served, and as they are now. */
export function rowLines(sheet: Sheet, { rows, rowsGone, answer }: Pick<Case, 'rows' | 'rowsGone' | 'answer'>): string[] {
  const served = requireInstant(answer.evaluatedAt);
  const ordered = rows.toSorted((a, b) => weight(b) - weight(a));
  const telling = ordered.filter((row) => weight(row) > 0);
  const shown = sheet.whole ? ordered : (telling.length === 0 ? ordered : telling).slice(0, SCREEN);
  const left = ordered.slice(shown.length).map(({ tag, cited }) => `${named(tag)}${cited === true ? ' (cited)' : ''}`);
  return [
    ...shown.flatMap((row) => one(sheet, row, served)),
    ...(left.length === 0 ? [] : line(sheet, `and ${count(left.length, 'more row')}, with --all: ${left.join(', ')}`, 2)),
    ...(rowsGone === 0 ? [] : told(sheet, `and ${count(rowsGone, 'row')} that ${rowsGone === 1 ? 'is' : 'are'} erased by now`, 2)),
  ];
}

/** What the answer leaned on, in a line: `m1, m3 cited, of 5 rows served`. */
export function leanedOn({ rows, rowsGone }: Pick<Case, 'rows' | 'rowsGone'>): string {
  const all = rows.length + rowsGone;
  if (all === 0) return 'no row of memory';
  const cited = rows.filter((row) => row.cited === true);
  const of = `${count(all, 'row')} served${rowsGone === 0 ? '' : `, ${rowsGone} erased since`}`;
  if (cited.length === 0 && rows.some((row) => row.cited === null)) return `${of}; which of them it cites is not known`;
  if (cited.length === 0) return `${of}; it cites none of them`;
  return `${cited.map(({ tag, now }) => `${named(tag)}${now.standing === 'live' ? '' : ` (${now.standing} now)`}`).join(', ')}: cited, of ${of}`;
}

function one(sheet: Sheet, row: CaseRow, served: Instant): string[] {
  const cited = row.cited === null ? 'cited or not is not known' : row.cited ? 'cited' : 'not cited';
  const since = Math.max(0, Math.floor((sheet.now - served) / 1000));
  const placed = row.placement === row.served.tier ? '' : `, placed ${row.placement}`;
  const then = `${row.served.tier}, ${row.served.standing}${placed}; ${lengthInWords(row.ageSeconds)} old; ${confirmed(row.lastValidatedAt, served, 'before')}`;
  const now = `${row.now.tier}, ${row.now.standing}; ${lengthInWords(row.ageSeconds + since)} old; ${confirmed(row.now.lastValidatedAt, sheet.now, 'ago')}`;
  const version = row.now.version === row.version ? '' : `says something else by now (version ${row.now.version}); `;
  const worse = row.now.standing !== 'live' && row.now.standing !== row.served.standing;
  const head = line(sheet, `[${named(row.tag)}] ${cited}; ${row.origin}; ${row.row}`, 2);
  const same =
    row.now.tier === row.served.tier && row.now.standing === row.served.standing && row.now.lastValidatedAt === row.lastValidatedAt;
  if (same && version === '')
    return [
      ...head,
      ...line(sheet, `served  ${then}`, 4),
      ...line(sheet, `now     the same; ${lengthInWords(row.ageSeconds + since)} old`, 4),
    ];
  return [
    ...head,
    ...line(sheet, `served  ${then}`, 4),
    ...line(sheet, `now     ${version}${now}`, 4).map((words) => (worse ? sheet.output.style('red', words) : words)),
  ];
}

function confirmed(lastValidatedAt: string | null, at: Instant, word: 'before' | 'ago'): string {
  if (lastValidatedAt === null) return 'never confirmed by its owner';
  return `confirmed by its owner ${lengthInWords(Math.max(0, (at - requireInstant(lastValidatedAt)) / 1000))} ${word}`;
}

/** What is shown first: what is cited, then what no longer stands. */
function weight({ cited, now }: CaseRow): number {
  return (cited === true ? 2 : 0) + (now.standing === 'live' ? 0 : 1);
}
