import type { EvalSet, EvalVault } from './eval-set.ts';

/** How well the first ten rows answered: both from 0 to 1, means over so many questions. */
export interface Score {
  readonly questions: number;
  /** The share of the answering rows among the first ten. */
  readonly recall10: number;
  /** How far up they came: discounted gain, against the best order. */
  readonly ndcg10: number;
}

/** Finds the keys of the rows that answer a question, best first. */
export interface Ranker {
  find(question: string, limit: number): readonly string[];
  close(): void;
}

/** Not in the headline: what asks about the other speaker, and kinds that want an order, a style or a summary rather than a row. */
const ASIDE: ReadonlySet<string> = new Set(['adversarial', 'event_ordering', 'instruction_following', 'summarization', 'abstention']);

/** Asks every question of its vault. Scores come by category, with `headline` over all but those that do not ask for a row. */
export function scoreSet(set: EvalSet, rankerOf: (vault: EvalVault, number: number) => Ranker): ReadonlyMap<string, Score> {
  const sums = new Map<string, { questions: number; recall10: number; ndcg10: number }>();
  for (const [number, vault] of set.vaults.entries()) {
    const ranker = rankerOf(vault, number);
    for (const { text, category, evidence } of vault.questions) {
      const one = scoreOf(ranker.find(text, 10), evidence);
      for (const group of ASIDE.has(category) ? [category] : [category, 'headline']) {
        const sum = sums.get(group) ?? { questions: 0, recall10: 0, ndcg10: 0 };
        sums.set(group, {
          questions: sum.questions + 1,
          recall10: sum.recall10 + one.recall10,
          ndcg10: sum.ndcg10 + one.ndcg10,
        });
      }
    }
    ranker.close();
  }
  return new Map(
    [...sums].map(([group, { questions, recall10, ndcg10 }]) => [
      group,
      { questions, recall10: recall10 / questions, ndcg10: ndcg10 / questions },
    ]),
  );
}

/** One question's score: `found` best first, at most ten. */
function scoreOf(found: readonly string[], evidence: readonly string[]): { recall10: number; ndcg10: number } {
  const hits = found.flatMap((key, place) => (evidence.includes(key) ? [gain(place)] : []));
  const ideal = evidence.slice(0, 10).map((_, place) => gain(place));
  return { recall10: hits.length / evidence.length, ndcg10: sum(hits) / sum(ideal) };
}

function gain(place: number): number {
  return 1 / Math.log2(place + 2);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
