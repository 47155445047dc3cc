import type { HistoryEntry, Memory } from '../../../schemas/memory.ts';
import { requireInstant } from '../../core/instant.ts';
import type { Output } from '../output.ts';
import { plain, quoted } from '../plain.ts';
import { fromNow, lengthInWords } from '../words.ts';
import { cut, facts, WIDTH, wrap } from './table.ts';

const TIER_COLOUR = { active: 'green', background: 'yellow', dormant: 'gray' } as const;

/** How fresh a row is: `never confirmed, 8 months old`, `confirmed 12 days ago`. */
function freshness(row: Pick<Memory, 'lastValidatedAt' | 'ageSeconds'>, now: number): string {
  if (row.lastValidatedAt === null) return `never confirmed, ${lengthInWords(row.ageSeconds)} old`;
  return `confirmed ${fromNow(requireInstant(row.lastValidatedAt), now)}`;
}

/** Rows, two lines each: what they are, and how fresh with what they say. */
export function rowList(output: Output, rows: readonly Memory[], now: number): string {
  if (rows.length === 0) return 'No rows.';
  const head = `${'ID'.padEnd(36)}  ${'TIER'.padEnd(10)}  ${'CATEGORY'.padEnd(13)}  FALLS`;
  const lines = rows.map((row) => {
    const tier = output.style(TIER_COLOUR[row.tier], row.tier.padEnd(10));
    return `${row.id}  ${tier}  ${row.category.padEnd(13)}  ${fall(row, now)}\n${cut(`  ${freshness(row, now)}: ${quoted(row.text)}`, WIDTH)}`;
  });
  return [output.style('bold', head), ...lines].join('\n');
}

function fall(row: Memory, now: number): string {
  if (row.standing !== 'live') return row.standing;
  return row.fallsDueAt === null ? '-' : fromNow(requireInstant(row.fallsDueAt), now);
}

/** One row, with all that there is to know. */
export function rowDetail(row: Memory, now: number): string {
  const { effective, stamped, claimed } = row.origin;
  const when = (instant: string): string => `${fromNow(requireInstant(instant), now)} (${instant})`;
  const said = Object.entries(claimed).map(([name, value]) => `${name} ${quoted(value ?? '')}`);
  const pairs: [string, string][] = [
    ['says', quoted(row.text)],
    ['tier', row.fallsDueAt === null ? row.tier : `${row.tier}, falls ${when(row.fallsDueAt)}`],
    ['standing', row.standing],
    ['confirmed', row.lastValidatedAt === null ? 'never, in this version' : when(row.lastValidatedAt)],
    ['age', `${lengthInWords(row.ageSeconds)}, counted from ${row.basisAt} (${row.basisReason})`],
    [
      'origin',
      `${effective}, by ${stamped.channel === 'owner' ? 'the owner' : (stamped.grantId ?? 'nobody')}, recorded ${stamped.recordedAt}`,
    ],
    ...(said.length === 0 ? [] : ([['claimed', said.join(', ')]] as [string, string][])),
    ['kind', `${row.type}, ${row.category}, in ${row.collection}`],
    ...optional(
      'about',
      [row.subject, row.attribute]
        .filter((word) => word !== null)
        .map(plain)
        .join(' / '),
    ),
    ...optional('observed', row.observedAt ?? ''),
    ...optional('valid until', row.validUntil ?? ''),
    ...optional(
      'said again',
      row.sightings === 0 ? '' : `${row.sightings} more time${row.sightings === 1 ? '' : 's'}, which moved nothing`,
    ),
    ...optional('disputed by', row.contestedBy.join(', ')),
    ...optional('derived from', row.derivedFrom.join(', ')),
    ...optional('supersedes', row.supersedes.join(', ')),
    ...optional('superseded by', row.supersededBy ?? ''),
    ['commitment', row.commitment],
  ];
  return `${row.id}, version ${row.version}\n${facts(pairs)}`;
}

function optional(name: string, value: string): [string, string][] {
  return value === '' ? [] : [[name, value]];
}

/** What happened to a row, oldest first. */
export function historyLines(events: readonly HistoryEntry[]): string {
  return events
    .map(({ at, kind, by, version, detail, text }) => {
      const what = [kind, version === null ? '' : `version ${version}`, `by ${by}`, detail === null ? '' : `(${plain(detail)})`];
      const line = `${at}  ${what.filter((part) => part !== '').join(' ')}`;
      return text === null ? line : `${line}\n${wrap(quoted(text), WIDTH - 4).replaceAll(/^/gm, '    ')}`;
    })
    .join('\n');
}
