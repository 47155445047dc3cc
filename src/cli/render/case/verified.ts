import { formatInstant, type Instant } from '../../../core/instant.ts';
import {
  type CaseBundleDecision,
  type CaseBundleStep,
  type CaseBundleTrust,
  verifyCaseBundle,
  type VerifiedCaseBundle,
} from '../../../sdk/verify.ts';
import type { Cli } from '../../cli.ts';
import { plain } from '../../plain.ts';
import { said } from '../standing/facts.ts';
import { section, witnessesJson } from '../verdict.ts';
import { seenWords, unheardWords } from './decisions.ts';
import { named, pairs, quote, type Sheet, sheetFor, stamp, told } from './sheet.ts';

type Happened = CaseBundleStep['happened'];

/** Verifies a case's bundle and tells what it says. `receipt` is the text of the receipt's own. @throws {MemSyncError} as `verifyCaseBundle` */
export function tellCase(
  cli: Cli,
  options: { readonly json?: true | undefined },
  text: string,
  trust: CaseBundleTrust,
  { at, receipt }: { readonly at: Instant; readonly receipt: string | undefined },
): void {
  const verified = verifyCaseBundle(text, trust, at, { receipt });
  cli.answer(options, caseJson(verified), () => caseText(sheetFor(cli.output, at, true), verified));
}

/** What was verified, with instants as the API writes them. */
function caseJson({ stated, witnesses, steps, ...rest }: VerifiedCaseBundle): unknown {
  return {
    ok: true,
    judgement: 'not assessed',
    ...rest,
    steps: steps.map((step) => ({ ...step, at: formatInstant(step.at), happened: happenedJson(step.happened) })),
    keys: stated === null ? null : { log: stated.log, receipts: stated.receipts },
    witnesses: witnessesJson(witnesses),
  };
}

function happenedJson(happened: Happened): unknown {
  return happened.kind === 'decided' ? { ...happened, signedAt: formatInstant(happened.signedAt) } : happened;
}

function caseText(sheet: Sheet, shown: VerifiedCaseBundle): string {
  const { state, overridden, override, reopened, gate, receipt, vault, log, steps, witnesses } = shown;
  const by = overridden ? ', by an override: its gate was shut' : '';
  const cosigned = (witnesses?.cosigned ?? []).map(({ name, at }) => `${plain(name)}, at ${formatInstant(at)} by its clock`);
  return [
    'The case verifies: nothing that was checked has failed.',
    ...pairs(sheet, [
      ['case', shown.case],
      [
        'stands',
        `${state === 'clear' ? 'CLEAR' : 'on HOLD'}${by}${reopened === 0 ? '' : `; reopened ${reopened === 1 ? 'once' : `${reopened} times`}`}`,
      ],
      ['judgement', 'not assessed'],
      ['receipt', receipt],
      ['vault', vault],
      ['gate', `${said(gate.policy.gate)} version ${gate.policy.version}, ${gate.sha256}`],
      ['log', `${plain(log.origin)}, ${log.size} entries`],
      ...cosigned.map((one): [string, string] => ['cosigned', one]),
    ]),
    ...(override === null ? [] : overrideLines(sheet, shown, override)),
    '',
    sheet.output.style('bold', 'What happened, in the log’s order'),
    ...steps.flatMap((step) => stepLines(sheet, step)),
    ...section('Verified', shown.verified).map(apart),
    ...section('Asserted: somebody’s word, and no more', shown.asserted).map(apart),
    ...section('Not known', shown.unknown).map(apart),
  ].join('\n');
}

function apart(part: string): string {
  return `\n${part}`;
}

function overrideLines(
  sheet: Sheet,
  { steps }: VerifiedCaseBundle,
  { reviewer, reason, second }: NonNullable<VerifiedCaseBundle['override']>,
): string[] {
  const nameOf = (id: string): string => whoIs(steps.find(({ by }) => by.id === id)?.by ?? { id, name: null });
  const who =
    second === null
      ? `by ${nameOf(reviewer)}; of no effect, no second reviewer has signed`
      : `by ${nameOf(reviewer)} and ${nameOf(second)}`;
  return [...loud(sheet, `THE GATE WAS OVERRIDDEN ${who}, for this reason:`), ...quote(sheet, reason, 4)];
}

function stepLines(sheet: Sheet, { number, logIndex, at, by, happened }: CaseBundleStep): string[] {
  const head = (words: string): string[] => told(sheet, `${number}  entry ${logIndex}  ${stamp(formatInstant(at))}  ${words}`, 2);
  switch (happened.kind) {
    case 'opened':
      return [...head(`opened by ${whoIs(by)}`), ...note(sheet, happened.note)];
    case 'viewed':
      return [...head(`viewed by ${whoIs(by)}`), ...told(sheet, `saw ${seenWords(happened.screen)}`, 4)];
    case 'handed_over':
      return [...head(`handed over by ${whoIs(by)} to ${whoIs(happened.to)}`), ...note(sheet, happened.note)];
    case 'reopened':
      return loudly(sheet, head(`reopened: “${happened.claim}” has failed, by ${happened.addendum}`));
    default:
      return [...head(decidedWords(by, happened)), ...decisionLines(sheet, happened)];
  }
}

function decidedWords(by: CaseBundleStep['by'], { decision, override, effective, gateOpen }: CaseBundleDecision): string {
  const how = override === null ? '' : override.second === null ? ', the first half of an override' : ', the second half of an override';
  return `${decision.toUpperCase()} by ${whoIs(by)}, with the gate ${gateOpen ? 'open' : 'SHUT'}${how}${effective ? '' : '; of no effect by itself'}`;
}

function decisionLines(sheet: Sheet, made: CaseBundleDecision): string[] {
  const { reason, basis, seen, unheard, beforeProof, decisionId, key } = made;
  const rests = [...basis.claims, ...basis.rows].join(', ');
  return [
    ...quote(sheet, reason, 4),
    ...told(sheet, `rests on ${rests === '' ? 'nothing that it names' : rests}`, 4),
    ...told(sheet, `saw ${seenWords(seen)}`, 4),
    ...told(sheet, `not verified then: ${unheardWords(unheard)}`, 4),
    ...(beforeProof === true ? loud(sheet, 'DECIDED BEFORE PROOF: what it called for was not proved yet') : []),
    ...(beforeProof === null ? told(sheet, 'whether it was decided before proof: not known by what was given', 4) : []),
    ...told(sheet, `${decisionId}, signed by the key ${key}`, 4),
  ];
}

function whoIs({ id, name }: CaseBundleStep['by']): string {
  return name === null ? id : `${named(name)} (${id})`;
}

function note(sheet: Sheet, text: string | null): string[] {
  return text === null ? [] : quote(sheet, text, 4);
}

function loud(sheet: Sheet, words: string): string[] {
  return loudly(sheet, told(sheet, words, 4));
}

function loudly(sheet: Sheet, lines: readonly string[]): string[] {
  return lines.map((text) => sheet.output.style('red', text));
}
