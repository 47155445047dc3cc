import type { Case } from '../../../../schemas/case.ts';
import { unheard } from '../../../review/unheard.ts';
import type { Decided } from '../../../sdk/decision.ts';
import { standingLines } from './claims.ts';
import { conditionLines } from './conditions.ts';
import { seenWords, unheardWords } from './decisions.ts';
import { gateTitle } from './page.ts';
import { leanedOn } from './rows.ts';
import { named, pairs, quote, section, type Sheet, told } from './sheet.ts';

/** What a reviewer is about to put their name to: the decision, and what they were shown. */
export function toBeSigned(sheet: Sheet, shown: Case, reviewer: string, made: Decided): string {
  const { decision, basis, override, reason } = made;
  const how = override === null ? '' : override.second === null ? ', the first half of an override' : ', the second half of an override';
  const rests = [...basis.claims, ...basis.rows];
  return [
    sheet.output.style('bold', `To be signed by ${named(reviewer)}: ${decision.toUpperCase()}${how}`),
    ...pairs(sheet, [
      ['case', shown.id],
      ['receipt', shown.receipt],
      ['leaned on', leanedOn(shown)],
      ['rests on', rests.length === 0 ? 'nothing that you name' : rests.join(', ')],
      ['seen', seenWords(shown.seen)],
      ['not verified', unheardWords(unheard(shown.claims, shown.gate.policy))],
    ]),
    ...quote(sheet, reason, 2),
    ...firstHalf(sheet, shown, made),
    ...section(sheet, gateTitle(shown.gate), conditionLines(sheet, shown.gate.conditions)),
    ...section(sheet, 'Claims, each by itself', standingLines(sheet, shown.claims)),
    '',
  ].join('\n');
}

/** What the first reviewer of an override gave as the reason, for the second to see. */
function firstHalf(sheet: Sheet, { decisions }: Case, { override }: Decided): string[] {
  const first = decisions.find(({ payload }) => payload.decisionId === override?.second);
  return first === undefined
    ? []
    : [...told(sheet, `It completes what ${named(first.reviewer.name)} signed, who said:`, 2), ...quote(sheet, first.payload.reason, 2)];
}
