import { expect, it } from 'vitest';
import { talks } from '../../bench/retrieval/eval-set.ts';

const { vaults } = talks();

it('talks are between two people each, in threads, turn by turn', () => {
  expect(vaults).toHaveLength(2);
  for (const { rows } of vaults) {
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(new Set(rows.map(({ speaker }) => speaker)).size).toBe(2);
    const instants = rows.map(({ observedAt }) => Date.parse(observedAt ?? ''));
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    for (const [i, { thread, speaker }] of rows.entries())
      if (rows[i - 1]?.thread === thread) expect(rows[i - 1]?.speaker).not.toBe(speaker);
  }
});

it('turns of the same two people answer the questions about them', () => {
  const questions = vaults.flatMap((vault) => vault.questions.map((question) => ({ ...question, vault })));
  expect(questions.length).toBeGreaterThan(100);
  expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  for (const { evidence, vault } of questions) {
    const keys = new Set(vault.rows.map(({ key }) => key));
    expect(evidence.filter((key) => !keys.has(key))).toEqual([]);
  }
  expect(new Set(questions.map(({ category }) => category))).toEqual(new Set(['single', 'temporal', 'multi', 'adversarial']));
});
