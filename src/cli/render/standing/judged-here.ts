import { formatInstant } from '../../../core/instant.ts';
import type { Rejudgement, Verdict } from '../../../sdk/verify.ts';
import { plain } from '../../plain.ts';
import { count } from '../../words.ts';
import { section, pairs, type Sheet, stamp, told } from '../case/sheet.ts';
import { claimBlocks } from './claim.ts';
import { EACH_BY_ITSELF } from './page.ts';

/** What a bundle came to here: offline, by the trust of whoever asks. */
export interface JudgedHere {
  readonly verdict: Verdict;
  /** Null where the bundle does not hold, so that there was nothing to judge. */
  readonly judged: Rejudgement | null;
  /** The file is null where nobody is trusted. */
  readonly trust: { readonly file: string | null; readonly sha256: string };
}

/** The same as JSON: the bundle's failures beside the claims, and of each piece what was recorded and what it came to here. */
export function judgedHereJson({ verdict, judged, trust }: JudgedHere): unknown {
  const { ok, receipt, vault, issuedAt, failures, unknown } = verdict;
  return {
    ok,
    receipt,
    vault,
    issuedAt: issuedAt === null ? null : formatInstant(issuedAt),
    trustSha256: trust.sha256,
    claims: judged?.claims ?? [],
    pieces: judged?.pieces ?? [],
    failures,
    unknown,
  };
}

/** The claims by what was judged here, after what of the bundle does not hold, and before what it cannot show. */
export function judgedHerePage(sheet: Sheet, { verdict, judged, trust }: JudgedHere): string {
  const failed = verdict.failures.map(({ code, detail }) => `${plain(detail)} (${code})`);
  const parts = [
    ...(failed.length === 0 ? [] : [sheet.output.style('red', listed(sheet, 'This bundle does not hold', failed))]),
    ...(judged === null ? ['Of its claims nothing can be said.'] : [about(sheet, verdict, judged, trust)]),
    ...(judged === null ? [] : claimBlocks(sheet, judged.claims, recordedBy(verdict))),
    ...(verdict.unknown.length === 0 ? [] : [listed(sheet, 'Not known', verdict.unknown.map(plain))]),
  ];
  return parts.join('\n\n');
}

function about(sheet: Sheet, verdict: Verdict, { pieces }: Rejudgement, trust: JudgedHere['trust']): string {
  const here = pieces.filter((piece) => piece.here !== null).length;
  const word = pieces.length - here;
  const by =
    trust.file === null ? 'nobody (--trust names whom you trust for evidence)' : `${plain(trust.file)}, ${trust.sha256.slice(0, 16)}…`;
  return [
    sheet.output.style('bold', `Receipt ${verdict.receipt ?? ''}, from a bundle`),
    ...pairs(sheet, [
      ['issued', verdict.issuedAt === null ? 'not known' : `${stamp(formatInstant(verdict.issuedAt))} (UTC)`],
      ['trust', by],
      [
        'evidence',
        `${count(pieces.length, 'piece')} in the log; ${here} judged here, ${word} on the service’s word (its “verified” is “asserted” here)`,
      ],
    ]),
    ...told(sheet, EACH_BY_ITSELF, 2),
  ].join('\n');
}

function recordedBy({ addenda }: Verdict): ReadonlyMap<string, Verdict['addenda'][number]['judged']['status']> {
  return new Map(addenda.map(({ addendum, judged }) => [addendum, judged.status]));
}

function listed(sheet: Sheet, title: string, lines: readonly string[]): string {
  const all = lines.flatMap((line) => told(sheet, `- ${line}`, 2).map((text, i) => (i === 0 ? text : `  ${text}`)));
  return section({ ...sheet, whole: false }, title, all).join('\n');
}
