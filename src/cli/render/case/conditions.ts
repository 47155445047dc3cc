import type { ConditionOutcome, GateCondition } from '../../../../schemas/gate.ts';
import { told as theirs } from '../standing/facts.ts';
import { line, type Sheet, told } from './sheet.ts';

const MEMORY = {
  no_contested_cited: 'no row that the answer cites is contested',
  no_contested_served: 'no row that was served is contested',
  all_standing: 'every row that was served still stands',
} as const;

/** What a condition asks for, in words. */
function conditionWords(condition: GateCondition): string {
  if ('review' in condition) return 'a reviewer has cleared the case';
  if ('memory' in condition)
    return condition.memory === 'active_validated'
      ? `every active row is confirmed by its owner within ${condition.withinDays} days`
      : MEMORY[condition.memory];
  if ('fact' in condition) return `${condition.claim}: ${condition.fact} is ${approved(condition.oneOf)}, ${condition.status}`;
  if ('check' in condition) return `${condition.claim}: the check ${condition.check} is ${condition.status}`;
  return `${condition.claim} is ${condition.status}`;
}

/** Each condition: whether it holds, what it asks for and, where it does not, what the service says is missing. */
export function conditionLines(sheet: Sheet, conditions: readonly ConditionOutcome[]): string[] {
  return conditions.flatMap(({ condition, met, detail }) => {
    if (met) return line(sheet, `holds    ${conditionWords(condition)}`, 2);
    const lines = [...line(sheet, `MISSING  ${conditionWords(condition)}`, 2), ...told(sheet, theirs(detail), 11)];
    return lines.map((one) => sheet.output.style('red', one));
  });
}

function approved(values: readonly string[]): string {
  const [first = '', ...more] = values.map(theirs);
  return more.length === 0 ? first : `one of ${values.length} (${first}, …)`;
}
