import type { Case } from '../../../../schemas/case.ts';
import { count } from '../../words.ts';
import { standingLines } from './claims.ts';
import { conditionLines } from './conditions.ts';
import { decisionLines } from './decisions.ts';
import { leanedOn, rowLines } from './rows.ts';
import type { SignatureCheck } from '../../../sdk/decision.ts';
import { named, pairs, quote, section, type Sheet, stamp } from './sheet.ts';
import { throughPairs } from './through.ts';
import { timelineLines } from './timeline.ts';

/**
 * A case on one screen: who let this through, on what proof, and which memory leaned on it. What is not shown of it for want of room is said,
 * and `sheet.whole` shows it. No colour ever says that all is well.
 */
export function casePage(sheet: Sheet, shown: Case, signatures: readonly SignatureCheck[]): string {
  const { gate, claims, timeline, decisions } = shown;
  const reopened = shown.reopened === 0 ? '' : `, reopened ${count(shown.reopened, 'time')}`;
  return [
    sheet.output.style('bold', `Case ${shown.id}: ${shown.state.toUpperCase()}${reopened}`),
    'Judgement: not assessed. Whether the answer is right is not looked at here.',
    ...pairs(sheet, [...throughPairs(shown, signatures), ['leaned on', leanedOn(shown)], ...about(shown)]),
    ...(shown.note === null ? [] : quote(sheet, shown.note, 2)),
    ...section(sheet, gateTitle(gate), conditionLines(sheet, gate.conditions)),
    ...section(sheet, 'Claims, each by itself', standingLines(sheet, claims)),
    ...section(sheet, 'Memory, as it was served and as it is now', rowLines(sheet, shown)),
    ...section(sheet, `Decisions (${decisions.length})`, decisionLines(sheet, shown, signatures)),
    ...section(sheet, `What happened, in the log’s order (UTC; ${shown.logSize} entries)`, timelineLines(sheet, timeline)),
  ].join('\n');
}

/** `Gate “release” version 2: SHUT, 1 of 3 conditions missing`. */
export function gateTitle({ policy, open, conditions, sha256 }: Case['gate']): string {
  const missing = conditions.filter(({ met }) => !met).length;
  const how = open ? 'open' : missing === 0 ? 'SHUT' : `SHUT, ${missing} of ${count(conditions.length, 'condition')} missing`;
  return `Gate “${named(policy.gate)}” version ${policy.version}: ${how} (policy ${sha256.slice(0, 12)}…)`;
}

function about({ answer, desk, assigned, receipt }: Case): [string, string][] {
  const label = `${named(answer.model)}${answer.provider === null ? '' : ` from ${named(answer.provider)}`}`;
  const thread = answer.thread === null ? '' : `; thread ${named(answer.thread)}, turn ${named(String(answer.turn ?? '?'))}`;
  const to = assigned === null ? 'nobody’s yet' : `${named(assigned.name)} has it`;
  return [
    ['answer', `${stamp(answer.issuedAt)}, said to be by ${label}${thread}`],
    ['receipt', `${receipt}; desk ${named(desk.name)}, ${to}`],
  ];
}
