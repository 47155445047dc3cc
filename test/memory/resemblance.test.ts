import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareServed, resemblance, resembling } from '../../src/memory/resemblance.ts';
import { READ_UNITS, READ_WORDS } from '../../src/memory/resemblance-words.ts';
import { measureEchoes } from './echoes.ts';

const echo = (text: string, served: string): boolean => resembling(text, [{ id: 'a', text: served }]).length === 1;

const SPOKEN = [
  'I eat no pork.',
  'Mia is three',
  'We moved in May',
  '1,240 euros',
  'Ana’s cat',
  'kein Fleisch',
  '東京に住んでいます',
  '\u{1f600}',
  '\ud800',
  "n't",
  '٣',
];
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...SPOKEN), { maxLength: 6 }).map((parts) => parts.join(' ')),
);

describe('echoes of served rows', () => {
  it.each(['tuned', 'held out', 'both'] as const)('are caught, and honest facts let through: %s', (half) => {
    const { pairs, caught, mistaken, strays } = measureEchoes(half);
    expect(pairs).toBe(half === 'both' ? 200 : 100);
    expect(caught.length / pairs).toBeGreaterThanOrEqual(0.8);
    expect(mistaken.length / pairs).toBeLessThanOrEqual(0.05);
    expect(strays / pairs).toBeLessThanOrEqual(0.05);
  });
});

describe('resemblance', () => {
  it('is 1 for the same text, and between 0 and 1 for any two', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        expect(resemblance(prepareServed(a), prepareServed(a))).toBe(1);
        const score = resemblance(prepareServed(a), prepareServed(b));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('judges each row by itself, in whatever order', () => {
    const rows = SPOKEN.map((text, at) => ({ id: String(at), text }));
    fc.assert(
      fc.property(fc.constantFrom(...SPOKEN), fc.shuffledSubarray(rows), (text, served) => {
        const alone = served.filter((row) => resembling(text, [row]).length === 1).map(({ id }) => id);
        expect(resembling(text, served)).toEqual(alone);
        expect(alone.includes(String(SPOKEN.indexOf(text)))).toBe(served.some((row) => row.text === text));
      }),
    );
  });

  it.each(['word ', 'not word ', '漢字', "n't", 'a\u0301'.repeat(40), '9,', '1.5 ', 'Ana’s ', 'x'.repeat(99), '\ud800', 'ﷺ'])(
    'reads a bounded part of a long text of %j',
    (part) => {
      const long = Array.from({ length: Math.ceil(524_288 / part.length) }, (_, i) => `${part}${i % 7 === 0 ? i : ''}`).join('');
      const prepared = prepareServed(long);
      expect(prepared.terms.size).toBeLessThanOrEqual(READ_UNITS);
      expect(prepared).toEqual(prepareServed(long.slice(0, READ_UNITS)));
      expect(resembling(long, [{ id: 'long', text: long }])).toEqual(['long']);
    },
  );

  it('counts no more words than it says', () => {
    const words = Array.from({ length: READ_WORDS * 2 }, (_, i) => `q${i.toString(36)}`);
    expect(prepareServed(words.join(' ')).terms.size).toBeLessThanOrEqual(READ_WORDS);
  });

  it('finds nothing in common where there is nothing to say', () => {
    for (const text of ['', ' ', '...', 'I am', 'the']) expect(echo(text, 'I am allergic to hazelnuts')).toBe(false);
    expect(resembling('anything', [])).toEqual([]);
  });

  it.each([
    ['Ana does not eat pork.', 'I eat pork.'],
    ['Ana eats pork.', 'I never eat pork.'],
    ['Peter can drive at night.', "Peter can't drive at night."],
    ['Isst Schweinefleisch und Wurst nicht.', 'Ich esse kein Gemüse und keine Wurst.'],
  ])('takes a negation for another fact: %s', (text, served) => {
    expect(echo(text, served)).toBe(false);
  });

  it.each([
    ['Does not eat pork.', "I don't eat pork."],
    ['Never eats pork.', 'I do not eat pork.'],
    ['American Express is not accepted in the shop.', "We don't accept American Express in the shop."],
  ])('takes a kept negation for the same: %s', (text, served) => {
    expect(echo(text, served)).toBe(true);
  });

  it.each([
    ['The rent is 850 euros a month.', 'The rent is 780 euros a month.', false],
    ['The rent is eight hundred and fifty euros a month.', 'The rent is 780 euros a month.', false],
    ['The rent is 1,240 euros a month.', 'The rent is 1240 euros a month.', true],
    ['There are twenty-three chickens in the garden.', 'I have 23 chickens in the garden.', true],
    ['There are twenty-four chickens in the garden.', 'I have 23 chickens in the garden.', false],
    ['Has 3 cats and one dog.', 'I have three cats and a dog.', true],
    ['Chickens live in the garden.', 'I have 23 chickens in the garden.', true],
    ['Keeps 23 chickens in the garden.', 'I keep chickens in the garden.', false],
  ])('reads numbers: %s ← %s', (text, served, is) => {
    expect(echo(text, served)).toBe(is);
  });

  it.each([
    ['Ana lives in Lisbon near the river.', 'I live in Porto near the river.', false],
    ['Ana lives in Porto near the river.', 'I live in Porto near the river.', true],
    ['Inês wants to become a vet.', 'Rui wants to become a vet.', false],
    ['The meeting with Clara is on Friday.', 'The meeting with Clara is on Thursday.', false],
    ["The user's mother plays the violin.", "The user's father plays the violin.", false],
  ])('tells names, days and kin apart: %s ← %s', (text, served, is) => {
    expect(echo(text, served)).toBe(is);
  });
});
