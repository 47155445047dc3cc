import { formatInstant } from '../../core/instant.ts';
import { type DisclosedRow, sayAddendum, type Verdict, type VerdictRow } from '../../sdk/verify.ts';
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
    addenda: verdict.addenda.map((one) => ({ ...one, at: wire(one.at) })),
  };
}

/** Who has cosigned, with instants as the API writes them. */
export function witnessesJson(witnesses: Verdict['witnesses']): unknown {
  return witnesses && { ...witnesses, cosigned: witnesses.cosigned.map((one) => ({ ...one, at: wire(one.at) })) };
}

/** The verdict in words: what failed, what holds, what is only said, what could not be known, each row as it was then, claim by claim. */
export function verdictText(output: Output, verdict: Verdict): string {
  const parts = [
    // Never in green: that nothing has failed is no mark of trust.
    verdict.ok ? 'Nothing that was checked has failed.' : output.style('red', 'This does not hold.'),
    ...section(
      'Failed',
      verdict.failures.map(({ code, detail }) => `${detail} (${code})`),
    ),
    verdict.receipt === null ? '' : `Receipt ${verdict.receipt} of vault\n  ${verdict.vault ?? ''}`,
    ...section('Verified', verdict.verified),
    ...section('Asserted: somebody’s word, and no more', verdict.asserted),
    ...section('Not known', verdict.unknown),
    ...rowLines(verdict),
    ...opened(verdict.rows),
    `Claims\n${claimLines(verdict.claims)}`,
    ...section('Evidence that came later, in the log’s order', verdict.addenda.map(sayAddendum)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Lines under their title; nothing where there are none. */
export function section(title: string, lines: readonly string[]): string[] {
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

/** Each row with its ages then and by the instant asked about, its line as it was served, and its id. */
function rowLines({ rows, evaluatedAt, at }: Verdict): string[] {
  if (rows.length === 0) return [];
  const since = evaluatedAt === null ? 0 : Math.max(0, Math.floor((at - evaluatedAt) / 1000));
  const all = rows.map((row) => (row.disclosed ? disclosed(row, since) : [`withheld: ${row.digest}`]));
  return [`Rows, as they were then\n${all.map(([first = '', ...more]) => [`  ${first}`, ...more.map(below)].join('\n')).join('\n')}`];
}

function disclosed(row: DisclosedRow, since: number): string[] {
  const ages = `${lengthInWords(row.ageSecondsThen)} old then, ${lengthInWords(row.ageSecondsThen + since)} by the instant asked about`;
  const cited = row.cited === true ? '; cited by the answer' : '';
  return [
    `[${row.tag}] ${row.placement}, ${row.origin}, ${ages}`,
    `${confirmed(row)}${cited}`,
    ...(row.line === null ? [] : [plain(row.line)]),
    `${row.row}, version ${row.version}`,
  ];
}

function confirmed({ lastValidatedAt, unvalidatedForSeconds, validation }: DisclosedRow): string {
  if (lastValidatedAt === null)
    return `never confirmed by the owner${validation === 'failed' ? ' (what is shown for it does not hold)' : ''}`;
  const how = validation === 'verified' ? 'signature verified' : validation;
  return `confirmed by the owner ${lengthInWords(unvalidatedForSeconds)} before it was served (${how})`;
}

/** A line beneath another, set in further. */
function below(line: string): string {
  return wrap(line, WIDTH - 6).replaceAll(/^/gm, '      ');
}

function wire(instant: number | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
