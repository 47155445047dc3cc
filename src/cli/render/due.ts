import type { Memory } from '../../../schemas/memory.ts';
import { requireInstant } from '../../core/instant.ts';
import type { Output } from '../output.ts';
import { quoted } from '../plain.ts';
import { count, fromNow, lengthInWords } from '../words.ts';
import { cut, WIDTH } from './table.ts';

/** Why a row is worth a look: how long the owner's word, or its own freshness, still carries it, and how many answers it has been part of. */
export function dueFacts(row: Memory, now: number): string {
  const served = row.servedInReceipts ?? 0;
  const since = row.lastValidatedAt === null ? '' : ' since';
  const steers = served === 0 ? `in no receipt${since}` : `in ${count(served, 'receipt')}${since}`;
  return `${carried(row, now)}; ${steers}`;
}

function carried(row: Memory, now: number): string {
  if (row.fallsDueAt === null) return row.standing;
  const falls = requireInstant(row.fallsDueAt);
  const left = falls <= now ? 'no longer' : `for ${lengthInWords((falls - now) / 1000)} more`;
  if (row.lastValidatedAt === null) return `never confirmed, ${row.tier} ${left}`;
  const said = `confirmed ${fromNow(requireInstant(row.lastValidatedAt), now)}`;
  return row.tier === 'active' ? `${said}, your word holds ${left}` : `${said}, ${row.tier} ${left}`;
}

/** What falls due, three lines a row: what it says, which it is, and why it is worth a look. */
export function dueList(output: Output, rows: readonly Memory[], now: number): string {
  return rows
    .map(
      (row) =>
        `${output.style('bold', cut(quoted(row.text), WIDTH))}\n${cut(`  ${row.id}`, WIDTH)}\n${cut(`  ${dueFacts(row, now)}`, WIDTH)}`,
    )
    .join('\n');
}
