import { formatInstant } from '../../core/instant.ts';
import type { DisclosedRow, Verdict, VerdictRow } from '../../sdk/verify.ts';
import type { Output } from '../output.ts';
import { plain } from '../plain.ts';
import { lengthInWords } from '../words.ts';
import { claimLines } from './claims.ts';
import { openedFacts, openedJson } from './opened.ts';
import { WIDTH, wrap } from './table.ts';

/** The verdict with its instants as the API writes them. */
export function verdictJson(verdict: Verdict): unknown {
  const rows = verdict.rows.map((row) =>
    row.disclosed ? { ...row, lastValidatedAt: wire(row.lastValidatedAt), opened: row.opened && openedJson(row.opened) } : row,
  );
  return {
    ...verdict,
    at: wire(verdict.at),
    issuedAt: wire(verdict.issuedAt),
    evaluatedAt: wire(verdict.evaluatedAt),
    rows,
    witnesses: witnessesJson(verdict.witnesses),
  };
}

/** Who has cosigned, with instants as the API writes them. */
export function witnessesJson(witnesses: Verdict['witnesses']): unknown {
  return witnesses && { ...witnesses, cosigned: witnesses.cosigned.map((one) => ({ ...one, at: wire(one.at) })) };
}

/** The verdict in words: what failed, what holds, what is only said, what could not be known, each row as it was then, claim by claim. */
export function verdictText(output: Output, verdict: Verdict): string {
  const parts = [
    verdict.ok ? output.style('green', 'Nothing that was checked has failed.') : output.style('red', 'This does not hold.'),
    ...section(
      'Failed',
      verdict.failures.map(({ code, detail }) => `${detail} (${code})`),
    ),
    verdict.receipt === null ? '' : `Receipt ${verdict.receipt} of vault\n  ${verdict.vault ?? ''}`,
    ...section('Verified', verdict.verified),
    ...section('Asserted: somebody’s word, and no more', verdict.asserted),
    ...section('Not known', verdict.unknown),
    ...section('Rows, as they were then', verdict.rows.map(rowLine)),
    ...opened(verdict.rows),
    `Claims\n${claimLines(verdict.claims)}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [
    `${title}\n${lines
      .map((line) =>
        wrap(`- ${plain(line)}`, WIDTH - 4)
          .replaceAll('\n', '\n    ')
          .replace(/^/, '  '),
      )
      .join('\n')}`,
  ];
}

/** The rows that were opened, in their own words. */
function opened(rows: readonly VerdictRow[]): string[] {
  const shown = rows.flatMap((row) => (row.disclosed && row.opened !== null ? [openedFacts(row.tag, row.opened)] : []));
  return shown.length === 0 ? [] : [`Opened: what the rows themselves say\n${shown.join('\n\n')}`];
}

function rowLine(row: VerdictRow): string {
  return row.disclosed ? disclosed(row) : `withheld: ${row.digest}`;
}

function disclosed(row: DisclosedRow): string {
  const confirmed =
    row.lastValidatedAt === null
      ? 'never confirmed by the owner'
      : `confirmed by the owner ${lengthInWords(row.unvalidatedForSeconds)} before (${row.validation === 'verified' ? 'signature verified' : row.validation})`;
  const cited = row.cited === true ? '; cited by the answer' : '';
  return `[${row.tag}] ${row.row}, version ${row.version}: ${row.placement}, ${row.origin}, ${lengthInWords(row.ageSecondsThen)} old then, ${confirmed}${cited}`;
}

function wire(instant: number | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
