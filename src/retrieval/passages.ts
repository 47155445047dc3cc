import { dateTermsOf } from './date-terms.ts';
import type { IndexedRow } from './face.ts';
import { categoryTerm } from './categories.ts';
import { FIELD_WEIGHT, passagesOf } from './score.ts';
import { rowTokens } from './tokens.ts';

/** The words of a row by passage, with their weights in quarters; what it is about, who said it, and its category stand in each; dates in the first. */
export function passagesOfRow(row: IndexedRow): ReadonlyMap<string, number>[] {
  const about = [
    { words: row.subject === null ? [] : rowTokens(row.subject), weight: FIELD_WEIGHT.subject },
    { words: row.attribute === null ? [] : rowTokens(row.attribute), weight: FIELD_WEIGHT.attribute },
    { words: row.speaker === null ? [] : rowTokens(row.speaker), weight: FIELD_WEIGHT.speaker },
  ];
  const dates = dateTermsOf(row);
  return passagesOf(rowTokens(row.text)).map((words, at) => {
    const weights = new Map<string, number>();
    for (const field of [{ words, weight: FIELD_WEIGHT.text }, ...about]) {
      for (const { term } of field.words) weights.set(term, (weights.get(term) ?? 0) + field.weight);
    }
    weights.set(categoryTerm(row.category), FIELD_WEIGHT.category);
    if (at === 0) for (const [term, weight] of dates) weights.set(term, weight);
    return weights;
  });
}
