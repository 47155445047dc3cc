import type { IndexedRow, SearchOptions } from '../../src/retrieval/face.ts';
import { isSaidAt } from '../../src/retrieval/asked-dates.ts';
import { beginningOf, mayStandFor } from '../../src/retrieval/beginnings.ts';
import { passagesOfRow } from '../../src/retrieval/passages.ts';
import { readQuestion } from '../../src/retrieval/question.ts';
import { rowTokens } from '../../src/retrieval/tokens.ts';
import { FLAG, traitsOf } from '../../src/retrieval/traits.ts';
import { K1, THREAD_BEST, WEIGHT } from '../../src/retrieval/weighing.ts';

interface Read {
  readonly row: IndexedRow;
  readonly passages: readonly ReadonlyMap<string, number>[];
  readonly words: number;
  readonly flags: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const is = ({ flags }: Read, flag: number): boolean => (flags & flag) !== 0;
const timeOf = ({ row }: Read): number => row.observedAt ?? row.recordedAt;

/** The ranking, written down plainly: every row within the scope is scored in full, with loops over all the others. Scores are not rounded. */
export function plainSearch(rows: readonly IndexedRow[], query: string, options: SearchOptions): { id: string; score: number }[] {
  const { collections, categories } = options.scope;
  const all = rows
    .filter((row) => collections.has(row.collection) && categories?.has(row.category) !== false)
    .map((row): Read => ({ row, passages: passagesOfRow(row), ...traitsOf(row) }));
  const passages = all.flatMap((one) => one.passages);
  const namesOf = (speaker: string | null): string[] => (speaker === null ? [] : rowTokens(speaker).map(({ term }) => term));
  const question = readQuestion(query, options.now, new Set(all.flatMap(({ row }) => namesOf(row.speaker))));

  // What one occurrence of each term counts; terms that nothing holds count nothing.
  const rarity = (term: string): number => {
    const holding = passages.filter((passage) => passage.has(term)).length;
    return holding === 0 ? 0 : Math.log(1 + (passages.length - holding + 0.5) / (holding + 0.5));
  };
  // For a word that nothing holds, words that begin like it.
  const unheld = question.terms.filter(({ akin, term }) => !akin && rarity(term) === 0).slice(0, 8);
  const known = new Set(question.terms.map(({ term }) => term));
  const alike = unheld.flatMap((asked) => {
    const beginning = beginningOf(asked.term);
    const words = new Set(passages.flatMap((passage) => [...passage.keys()]));
    return [...words]
      .filter((word) => beginning !== null && word.startsWith(beginning) && mayStandFor(asked.term, word) && !known.has(word))
      .map((word) => {
        known.add(word);
        return { ...asked, term: word, weight: asked.weight * WEIGHT.beginning, akin: true };
      });
  });
  const terms = [...question.terms, ...alike];
  const ownRarity = new Map(question.terms.filter(({ akin }) => !akin).map(({ term, concept }) => [concept, rarity(term)]));
  const values = terms.map((asked) => {
    const own = rarity(asked.term);
    const most = ownRarity.get(asked.concept) ?? 0;
    return { ...asked, value: asked.weight * (most > 0 ? Math.min(own, most) : own) };
  });
  const whole = sum(values.filter(({ akin }) => !akin).map(({ value }) => value));

  // The best passage of each row by its words, and which of the query's words the row has at all, itself or by another for it.
  const scoreOfPassage = (passage: ReadonlyMap<string, number>): number =>
    sum(
      values.map(({ term, value }) => {
        const weight = Math.min(passage.get(term) ?? 0, 255) / 4;
        return value * ((weight * (K1 + 1)) / (weight + K1));
      }),
    );
  const own = new Map(all.map((one) => [one, Math.max(...one.passages.map(scoreOfPassage))]));
  const ownOf = (one: Read | undefined): number => (one === undefined ? 0 : (own.get(one) ?? 0));
  const concepts = [...new Set(values.filter(({ value }) => value > 0).map(({ concept }) => concept))];
  const valueOf = (concept: number): number => Math.max(...values.filter((one) => one.concept === concept).map(({ value }) => value));
  const has = (one: Read, concept: number): boolean =>
    values.some((asked) => asked.concept === concept && asked.value > 0 && one.passages.some((passage) => passage.has(asked.term)));

  const asked = new Set(question.terms.filter(({ akin }) => !akin).map(({ term }) => term));
  const scored = all.map((one) => {
    let score = ownOf(one);
    // What the row has of the query by another word, or outside of its best passage, counts in part.
    const covered = sum(concepts.filter((concept) => has(one, concept)).map(valueOf));
    if (score > 0) score += (WEIGHT.covered * Math.max(0, covered - score)) / (1 + (one.words / WEIGHT.ownWords) ** 2);
    let next: Read | undefined;
    if (one.row.thread !== null) {
      const thread = all
        .filter(({ row }) => row.thread === one.row.thread)
        .toSorted((a, b) => timeOf(a) - timeOf(b) || a.row.since - b.row.since || (a.row.id < b.row.id ? -1 : 1));
      const at = thread.indexOf(one);
      next = thread[at + 1];
      const near = [1, 2, 3].flatMap((distance) => [
        { turn: thread[at - distance], borrowed: WEIGHT.before[distance - 1] ?? 0, added: WEIGHT.beforeReply[distance - 1] ?? 0 },
        { turn: thread[at + distance], borrowed: WEIGHT.after[distance - 1] ?? 0, added: WEIGHT.afterReply[distance - 1] ?? 0 },
      ]);
      if (thread.some((turn) => is(turn, FLAG.assistant))) {
        score += sum(near.map(({ turn, added }) => added * ownOf(turn))) / (1 + (one.words / WEIGHT.ownWordsReply) ** 2);
      } else {
        const borrowed = concepts
          .filter((concept) => !has(one, concept))
          .map((concept) => {
            const shares = near.map(({ turn, borrowed: share }) => (turn !== undefined && has(turn, concept) ? share : 0));
            return valueOf(concept) * Math.max(...shares);
          });
        score += sum(borrowed) / (1 + (one.words / WEIGHT.ownWords) ** 2);
      }
      const before = thread[at - 1];
      if (before !== undefined && is(before, FLAG.asks) && !is(before, FLAG.assistant) && !is(one, FLAG.assistant))
        score += WEIGHT.answered * ownOf(before);
      // A turn that no word is near is no candidate, whatever its conversation is about.
      if (ownOf(one) === 0 && near.every(({ turn }) => ownOf(turn) === 0)) return { id: one.row.id, score: 0 };
      const best = thread
        .map(ownOf)
        .toSorted((a, b) => b - a)
        .slice(0, THREAD_BEST);
      score += (WEIGHT.thread * sum(best)) / THREAD_BEST;
    }
    if (score === 0) return { id: one.row.id, score };
    if (isSaidAt(question.dates, timeOf(one))) score += WEIGHT.date * whole;
    for (const [flag, weight] of [
      [FLAG.time, WEIGHT.time],
      [FLAG.dated, WEIGHT.dated],
      [FLAG.assistant, WEIGHT.assistant],
      [FLAG.number, WEIGHT.number],
      [FLAG.place, WEIGHT.place],
    ] as const)
      if ((question.cues & flag) !== 0 && is(one, flag)) score += weight * whole;
    if ((question.cues & FLAG.prefers) !== 0 && is(one, FLAG.prefers) && !is(one, FLAG.assistant)) score += WEIGHT.prefers * whole;
    if (is(one, FLAG.firstPerson) && !is(one, FLAG.assistant)) score += WEIGHT.firstPerson * whole;
    if (is(one, FLAG.endsAsking) && !is(one, FLAG.assistant) && !(next !== undefined && is(next, FLAG.assistant)))
      score *= WEIGHT.askingFactor;
    if (namesOf(one.row.speaker).some((name) => asked.has(name))) score = score * WEIGHT.speakerFactor + WEIGHT.speaker * whole;
    if (is(one, FLAG.assistant)) score *= WEIGHT.assistantFactor;
    return { id: one.row.id, score };
  });
  return scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
