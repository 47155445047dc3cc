import { describe, expect, it } from 'vitest';
import { type EvalSet, heldOutFacts, plainFacts } from '../../bench/retrieval/eval-set.ts';
import { CATEGORIES } from '../../schemas/vocabulary.ts';

/** Languages that the facts must have something of, by a letter of each script. */
const SCRIPTS = ['Latin', 'Hiragana', 'Katakana', 'Han', 'Thai', 'Arabic', 'Hebrew'];

describe.each([
  ['tuned on', plainFacts()],
  ['held out', heldOutFacts()],
] as [string, EvalSet][])('plain facts, %s', (_, { vaults }) => {
  const rows = vaults.flatMap((vault) => vault.rows);
  const questions = vaults.flatMap((vault) => vault.questions);

  it('have keys of their own, and texts in order', () => {
    for (const vault of vaults) {
      expect(new Set(vault.rows.map(({ key }) => key)).size).toBe(vault.rows.length);
      expect(new Set(vault.rows.map(({ text }) => text)).size).toBe(vault.rows.length);
    }
    expect(rows.filter(({ text }) => text !== text.trim() || text !== text.normalize('NFC'))).toEqual([]);
    expect(rows.filter(({ category }) => !CATEGORIES.some((known) => known === category))).toEqual([]);
  });

  it('have questions that rows of the same vault answer', () => {
    for (const vault of vaults) {
      const keys = new Set(vault.rows.map(({ key }) => key));
      expect(vault.questions.filter(({ evidence }) => !evidence.every((key) => keys.has(key)))).toEqual([]);
    }
    expect(questions.filter(({ evidence }) => evidence.length > 3 || new Set(evidence).size < evidence.length)).toEqual([]);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  });
});

describe('the plain facts that retrieval is measured on', () => {
  const { vaults } = plainFacts();
  const rows = vaults.flatMap((vault) => vault.rows);
  const questions = vaults.flatMap((vault) => vault.questions);

  it('are enough, in vaults of forty to sixty', () => {
    expect(rows.length).toBeGreaterThanOrEqual(320);
    expect(questions.length).toBeGreaterThanOrEqual(320);
    for (const vault of vaults) {
      expect(vault.rows.length).toBeGreaterThanOrEqual(40);
      expect(vault.rows.length).toBeLessThanOrEqual(60);
    }
  });

  it('are plain: few have a thread or a speaker, about a third name subject and attribute', () => {
    expect(rows.filter(({ thread, speaker }) => thread !== undefined || speaker !== undefined).length).toBeLessThan(rows.length / 20);
    const named = rows.filter(({ subject }) => subject !== undefined).length / rows.length;
    expect(named).toBeGreaterThan(0.25);
    expect(named).toBeLessThan(0.4);
    expect(rows.filter(({ attribute, subject }) => attribute !== undefined && subject === undefined)).toEqual([]);
    expect(rows.filter(({ observedAt }) => observedAt !== undefined).length).toBeGreaterThan(80);
  });

  it.each(SCRIPTS)('have facts and questions in %s letters', (script) => {
    const letter = new RegExp(`\\p{Script=${script}}`, 'u');
    expect(rows.filter(({ text }) => letter.test(text)).length).toBeGreaterThan(2);
    expect(questions.filter(({ text }) => letter.test(text)).length).toBeGreaterThan(2);
  });
});
