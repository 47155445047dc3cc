import type { Standing } from '../standing.ts';
import { conversations, type EvalSet, heldOutFacts, plainFacts } from './eval-set.ts';
import { fts5Ranker, ourRanker } from './rankers.ts';
import { type Score, scoreSet } from './score-set.ts';

interface Asked {
  readonly set: EvalSet | null;
  readonly name: string;
  /** Per group of questions and measure: where it must stand. Null where nothing is said of that. */
  readonly must: readonly (readonly [group: string, of: 'ndcg10' | 'recall10', must: { floor: number; aim: number } | null])[];
}

/** How far up the answering rows come, with FTS5 over the same rows beside it. What is not there to measure on is said in `missing`. */
export function measureQuality(): { standings: Standing[]; missing: string[] } {
  const asked: readonly Asked[] = [
    {
      set: conversations('locomo-dev'),
      name: 'LoCoMo dev',
      must: [
        ['headline', 'ndcg10', { floor: 0.63, aim: 0.68 }],
        ['headline', 'recall10', { floor: 0.78, aim: 0.82 }],
        ['adversarial', 'recall10', { floor: 0.7, aim: 0.82 }],
      ],
    },
    {
      set: conversations('beam-dev'),
      name: 'BEAM dev',
      must: [
        ['headline', 'ndcg10', { floor: 0.6, aim: 0.66 }],
        ['headline', 'recall10', { floor: 0.71, aim: 0.77 }],
      ],
    },
    {
      set: plainFacts(),
      name: 'plain facts',
      must: [
        ['headline', 'ndcg10', null],
        ['headline', 'recall10', null],
      ],
    },
    {
      set: heldOutFacts(),
      name: 'plain facts that nothing was tuned on',
      must: [
        ['headline', 'ndcg10', null],
        ['headline', 'recall10', null],
      ],
    },
  ];
  return {
    standings: asked.flatMap(({ set, name, must }) => (set === null ? [] : standingsOf(set, name, must))),
    missing: asked.filter(({ set }) => set === null).map(({ name }) => name),
  };
}

function standingsOf(set: EvalSet, name: string, wanted: Asked['must']): Standing[] {
  const ours = scoreSet(set, ourRanker);
  const theirs = scoreSet(set, fts5Ranker);
  const none: Score = { questions: 0, recall10: Number.NaN, ndcg10: Number.NaN };
  return wanted.map(([group, of, must]) => {
    const [here, beside] = [ours.get(group) ?? none, theirs.get(group) ?? none];
    const standing: Standing = {
      what: `${name}, ${group} (${here.questions} questions), ${of === 'ndcg10' ? 'nDCG@10' : 'R@10'}`,
      unit: 'share',
      here: here[of],
      beside: { what: 'FTS5', value: beside[of] },
      ratio: here[of] / beside[of],
    };
    return must === null ? standing : { ...standing, must: { of: 'here', better: 'more', ...must } };
  });
}
