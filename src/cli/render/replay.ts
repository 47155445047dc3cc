import type { ReplayedRow, ReplayReply } from '../../../schemas/replay.ts';
import type { Output } from '../output.ts';
import { plain } from '../plain.ts';
import { count } from '../words.ts';
import { facts, table, WIDTH, wrap } from './table.ts';

/** What a replay came to: one line where all is as it was, the rows where it is not. */
export function replayText(output: Output, replay: ReplayReply): string {
  const { outcome, checked, rows, evaluatedAt, head } = replay;
  const asOf = `as of ${evaluatedAt}, event ${head.seq}`;
  switch (outcome) {
    case 'identical':
      return `${output.style('green', 'Identical')}: ${count(rows.length, 'row')}, ${count(checked.lines, 'line')}, ${count(checked.scores, 'score')}, ${asOf}.`;
    case 'reduced':
      return [
        wrap(`${output.style('yellow', 'Reduced')}: ${plain(replay.detail)}`, WIDTH),
        rowTable(rows),
        ...addedLines(replay),
        facts([['replayed', asOf], ...signatureFact(replay)]),
      ].join('\n\n');
    case 'not_replayable':
      return [
        wrap(`${output.style('yellow', 'Not replayable')} (${replay.reason ?? 'unknown'}): ${plain(replay.detail)}`, WIDTH),
        ...(replay.engine.served === replay.engine.replayed
          ? []
          : [
              facts([
                ['engine then', plain(replay.engine.served)],
                ['engine here', plain(replay.engine.replayed)],
              ]),
            ]),
      ].join('\n\n');
    default:
      return [
        `${output.style('red', 'DIFFERS.')} ${wrap(plain(replay.detail), WIDTH - 9)}`,
        replay.faults.map((fault) => wrap(`- ${plain(fault)}`, WIDTH - 2).replaceAll('\n', '\n  ')).join('\n'),
        ...(rows.length === 0 ? [] : [rowTable(rows)]),
        ...addedLines(replay),
        facts([['replayed', asOf], ['engine', plain(replay.engine.replayed)], ...signatureFact(replay)]),
      ].join('\n\n');
  }
}

const SAID: Readonly<Record<ReplayedRow['outcome'], (row: ReplayedRow) => string>> = {
  same: () => 'the same',
  moved: ({ served, replayed }) => `the same line; rank ${served?.rank ?? '-'} then, ${replayed?.rank ?? '-'} now`,
  not_served: () => 'the same line; others come before it now',
  erased: () => 'erased',
  differs: ({ differs }) => `DIFFERS in ${differs.join(', ')}`,
};

function rowTable(rows: readonly ReplayedRow[]): string {
  return table([['TAG', 'ROW', 'NOW'], ...rows.map((row) => [row.tag, row.row ?? '', SAID[row.outcome](row)])]);
}

function addedLines({ added }: ReplayReply): string[] {
  if (added.length === 0) return [];
  const named = added.map(({ row, rank }) => `  ${row ?? 'a row that you may not see'}, rank ${rank}`);
  return [`Would be served now, and was not:\n${named.join('\n')}`];
}

function signatureFact({ checked }: ReplayReply): [string, string][] {
  if (checked.signature === 'verified') return [];
  return [
    ['signature', checked.signature === 'failed' ? 'DOES NOT VERIFY' : 'by a key that is not this service’s: `memsync verify` checks it'],
  ];
}
