import { expect, it } from 'vitest';
import { readQuestion } from '../../src/retrieval/question.ts';
import { akinTo } from '../../src/retrieval/synonyms.ts';
import { FLAG, traitsOf } from '../../src/retrieval/traits.ts';
import { rowTokens } from '../../src/retrieval/tokens.ts';

const term = (word: string): string => rowTokens(word)[0]?.term ?? '';

it('a query’s words come first, each once; those akin to them stand for the same and count for less', () => {
  const { terms } = readQuestion('Which pets, which pet?', 0, new Set());
  expect(terms[0]).toEqual({ term: term('pets'), word: 'pets', weight: 1, concept: 0, akin: false });
  expect(new Set(terms.map((one) => one.term)).size).toBe(terms.length);
  const dog = terms.find((one) => one.term === term('dog'));
  expect(dog).toMatchObject({ word: 'pets', concept: 0, akin: true });
  expect(dog?.weight).toBeLessThan(0.5);
});

it('what is asked for itself is not also asked for as akin', () => {
  const { terms } = readQuestion('photo or picture', 0, new Set());
  expect(terms.filter((one) => one.term === term('picture'))).toEqual([
    { term: term('picture'), word: 'picture', weight: 1, concept: 1, akin: false },
  ]);
});

it('names of speakers, and words that only frame a question, count for less', () => {
  const weights = (query: string, names: string[]): number[] => readQuestion(query, 0, new Set(names)).terms.map(({ weight }) => weight);
  expect(weights('Ana', [])).toEqual([1]);
  expect(weights('Ana', ['ana'])[0]).toBe(0.5);
  expect(weights('mention', [])[0]).toBe(0.5);
});

it.each([
  ['When did she leave?', FLAG.time | FLAG.dated],
  ['how many cats', FLAG.number],
  ['How long did it take?', FLAG.time | FLAG.dated | FLAG.number],
  ['Which city was it?', FLAG.place],
  ['What did you recommend?', FLAG.assistant],
  ['Could you recommend a book?', FLAG.prefers],
  ['How did I come to ask, and could you recommend a book?', 0],
  ['somewhere, anyhow, whenever', 0],
])('%s', (query, cues) => {
  expect(readQuestion(query, 0, new Set()).cues).toBe(cues);
});

it.each([
  ['Where did you go?', FLAG.asks | FLAG.endsAsking],
  ['“Why?” he said.', FLAG.asks],
  ['你去哪儿了？', FLAG.asks | FLAG.endsAsking],
  ['I went to Porto last year', FLAG.firstPerson | FLAG.place | FLAG.time | FLAG.dated],
  ['three cats', FLAG.number],
  ['She prefers tea', FLAG.prefers],
  ['Isolde', 0],
])('traits of: %s', (text, flags) => {
  expect(traitsOf({ text, role: 'user' }).flags).toBe(flags);
});

it.each([
  'since last week',
  'on Friday',
  'two days ago',
  'last spring',
  'May 7',
  '7th of May',
  'summer 2023',
  'in 2019',
  '2023-05-07',
  'in May',
])('names a time that can be told: %s', (text) => {
  expect(traitsOf({ text, role: null }).flags & FLAG.dated).toBe(FLAG.dated);
});

it.each(['it may rain', 'march on', '20231 of them', 'the next step', 'days later', 'dismay 7'])('names none: %s', (text) => {
  expect(traitsOf({ text, role: null }).flags & FLAG.dated).toBe(0);
});

it('words are counted by spaces, of whatever kind', () => {
  expect(traitsOf({ text: ' a\u3000b\n\tc\u00a0d ', role: 'assistant' })).toEqual({ words: 4, flags: FLAG.assistant });
  expect(traitsOf({ text: 'a '.repeat(100_000), role: null }).words).toBe(65_535);
});

it('akin is mutual within a group, and one way from a kind', () => {
  const akin = (word: string): string[] => akinTo(term(word)).map((one) => one.term);
  expect(akin('photo')).toContain(term('picture'));
  expect(akin('picture')).toContain(term('photo'));
  expect(akin('pet')).toContain(term('parrot'));
  expect(akin('parrot')).not.toContain(term('pet'));
  expect(akin('zephyr')).toEqual([]);
});
