import { describe, expect, it } from 'vitest';
import { indexOf, long, rowOf, search, short } from './corpus.ts';

const ids = (hits: readonly { readonly id: string }[]): string[] => hits.map(({ id }) => short(id));

const HOME = rowOf({ id: 'mem_1', text: 'Lives at 12 Quillfeather Lane, Porto' });
const NUTS = rowOf({
  id: 'mem_2',
  text: "I'm allergic to hazelnuts",
  subject: 'Ana',
  attribute: 'allergy',
  speaker: 'Ana',
  category: 'health',
});
const JOB = rowOf({ id: 'mem_3', text: 'Started a job in Porto in May', category: 'career' });

describe('a search', () => {
  const index = indexOf([HOME, NUTS, JOB]);

  it('names its engine', () => {
    expect(index.engine).toBe('lexical/2');
    expect(index.size).toBe(3);
  });

  it.each([
    ['Which nuts is Ana allergic to? Hazelnut?', ['mem_2']],
    ['What is her ALLERGY', ['mem_2']],
    ['Where does she live?', ['mem_1']],
    ['When did the new jobs start', ['mem_3']],
    ['quillfeather', ['mem_1']],
  ])('finds by stems, names and attributes: %s', (query, expected) => {
    expect(ids(search(index, query))).toEqual(expected);
  });

  it.each(['', '   ', '?!…«»', 'what is the', 'xyzzy', '\ud800', '!'.repeat(65_536), 'xyzzy '.repeat(10_000)])(
    'finds nothing for %.20j',
    (query) => {
      expect(search(index, query)).toEqual([]);
    },
  );

  it('says why', () => {
    const [hit] = search(index, 'hazelnuts allergies for everyone');
    expect(hit).toMatchObject({ id: long('mem_2'), rank: 1 });
    expect(hit?.why.words.map(({ word }) => word).toSorted()).toEqual(['allergies', 'hazelnuts']);
    const [both] = search(index, 'allergic hazelnuts');
    expect(both?.why.words).toEqual([
      { word: 'allergic', share: 0.6071 },
      { word: 'hazelnuts', share: 0.3571 },
    ]);
    // It speaks in the first person.
    expect(both?.why.others).toEqual([{ by: 'cues', share: 0.0357, detail: null }]);
  });

  it('says what else brought a row: the turn before, its conversation, who said it, when', () => {
    const said = (id: string, text: string, speaker: string, day: number) =>
      rowOf({ id, text, speaker, thread: 't', observedAt: Date.UTC(2024, 4, day) });
    const talk = indexOf([
      said('mem_1', 'Where did you two hike?', 'Ana', 3),
      said('mem_2', 'Up in the Serra da Estrela', 'Ben', 3),
      said('mem_3', 'Nice weather here', 'Ana', 20),
    ]);
    const hits = search(talk, 'Where did Ben hike in May 2024?', { now: Date.UTC(2025, 0, 1) });
    expect(ids(hits).slice(0, 2)).toEqual(['mem_2', 'mem_1']);
    const others = hits[0]?.why.others ?? [];
    expect(others.map(({ by }) => by).toSorted()).toEqual(['cues', 'date', 'neighbours', 'speaker', 'thread']);
    expect(others.find(({ by }) => by === 'neighbours')?.detail).toBe(long('mem_1'));
    expect(others.find(({ by }) => by === 'speaker')?.detail).toBe('Ben');
  });

  it('finds by other words for the same, which count for less', () => {
    const akin = indexOf([rowOf({ id: 'mem_1', text: 'Bought a flat' }), rowOf({ id: 'mem_2', text: 'Bought an apartment' })]);
    const hits = search(akin, 'apartment');
    expect(ids(hits)).toEqual(['mem_2', 'mem_1']);
    expect(hits[1]?.why.words).toEqual([{ word: 'apartment', share: 1 }]);
  });

  it('finds rows of the category that a word of the query belongs to, after those that hold the word', () => {
    const rows = [
      rowOf({ id: 'mem_1', text: 'Faints at the sight of needles', category: 'health' }),
      rowOf({ id: 'mem_2', text: 'The dentist has moved', category: 'travel' }),
      rowOf({ id: 'mem_3', text: 'Porto in May', category: 'travel' }),
    ];
    const hits = search(indexOf(rows), 'anything the dentist should know?');
    expect(ids(hits)).toEqual(['mem_2', 'mem_1']);
    expect(hits[1]?.why.words).toEqual([{ word: 'dentist', share: 1 }]);
  });

  it('finds by date alone what was said then, and before that what speaks of then', () => {
    const at = (id: string, text: string, month: number, day: number) => rowOf({ id, text, observedAt: Date.UTC(2024, month - 1, day) });
    const index = indexOf([
      at('mem_1', 'Was fined 400 euros', 6, 18),
      at('mem_2', 'The move is planned for June', 2, 1),
      at('mem_3', 'Moved', 7, 9),
      at('mem_4', 'The dentist is next Tuesday', 3, 7),
    ]);
    expect(ids(search(index, 'what was in June 2024?'))).toEqual(['mem_2', 'mem_1']);
    const [dentist, ...others] = search(index, 'what is on 12 March?');
    expect(others).toEqual([]);
    expect(dentist).toMatchObject({ id: long('mem_4'), why: { words: [], others: [{ by: 'date', share: 1 }] } });
  });

  it('finds words that begin like one that nothing has, for less; what begins otherwise, not', () => {
    const rows = [
      rowOf({ id: 'mem_1', text: 'Mag Kirschen' }),
      rowOf({ id: 'mem_2', text: 'Die Kirche nebenan' }),
      rowOf({ id: 'mem_3', text: 'Kirschenernte' }),
    ];
    expect(ids(search(indexOf(rows), 'Kirsche?'))).toEqual(['mem_1']);
    expect(ids(search(indexOf(rows), 'Kirschen'))).toEqual(['mem_1']);
    expect(search(indexOf(rows), 'Kirschek Mag')[0]?.why.words.map(({ word }) => word)).toEqual(['mag', 'kirschek']);
    expect(search(indexOf(rows), 'Kir 12345 Mirsche')).toEqual([]);
  });

  it('ranks the rarer word higher, and equals by id', () => {
    expect(ids(search(index, 'Porto May'))).toEqual(['mem_3', 'mem_1']);
    const [first, second] = search(index, 'Porto');
    expect([first?.id, second?.id]).toEqual([long('mem_1'), long('mem_3')]);
    expect(first?.score).toBe(second?.score);
  });

  it('gives the first few, and none for no limit', () => {
    expect(ids(search(index, 'Porto', { limit: 1 }))).toEqual(['mem_1']);
    for (const limit of [0, -1]) expect(search(index, 'Porto', { limit })).toEqual([]);
  });

  it('leaves out what the caller does not admit, and fills its place', () => {
    expect(ids(search(index, 'Porto May', { limit: 1, admits: (id) => id !== long('mem_3') }))).toEqual(['mem_1']);
  });

  it('is none the worse for a filter that throws', () => {
    const before = search(index, 'Porto');
    const admits = (): boolean => {
      throw new Error('no');
    };
    expect(() => search(index, 'Porto', { admits })).toThrow('no');
    expect(search(index, 'Porto')).toEqual(before);
  });

  it('keeps to collections and categories', () => {
    const scope = (collections: string[], categories: string[] | null) => ({
      scope: { collections: new Set(collections), categories: categories === null ? null : new Set(categories) },
    });
    expect(ids(search(index, 'Porto', scope(['default'], ['career'])))).toEqual(['mem_3']);
    expect(search(index, 'Porto', scope(['default'], []))).toEqual([]);
    expect(search(index, 'Porto', scope(['work'], null))).toEqual([]);
    expect(search(index, 'Porto', scope([], null))).toEqual([]);
  });
});

describe('putting and removing', () => {
  it('replaces a row by its id, in its new place', () => {
    const index = indexOf([HOME, { ...HOME, text: 'Lives in Lisbon', collection: 'work' }]);
    expect(index.size).toBe(1);
    expect(search(index, 'Porto')).toEqual([]);
    expect(search(index, 'Lisbon')).toEqual([]);
    expect(ids(search(index, 'Lisbon', { scope: { collections: new Set(['work']), categories: null } }))).toEqual(['mem_1']);
  });

  it('holds many rows, each to be found', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) =>
      rowOf({ id: `mem_${i.toString(16)}`, category: `c${i % 3}`, text: `fact${i} ${'of many words '.repeat(i % 40)}` }),
    );
    const index = indexOf(rows);
    for (const i of [0, 1, 39, 63, 64, 65, 500, 999]) {
      expect(ids(search(index, `fact${i}`))).toEqual([`mem_${i.toString(16)}`]);
      const scope = { collections: new Set(['default']), categories: new Set(['c1']) };
      expect(ids(search(index, `fact${i}`, { scope }))).toEqual(i % 3 === 1 ? [`mem_${i.toString(16)}`] : []);
    }
    expect(search(index, 'words')).toHaveLength(100);
  });

  it('forgets a removed row, and shrugs at one that is not there', () => {
    const index = indexOf([HOME, NUTS]);
    index.remove(long('mem_1'));
    index.remove(long('mem_1'));
    index.remove(long('mem_9'));
    expect(index.size).toBe(1);
    expect(search(index, 'Porto')).toEqual([]);
    expect(ids(search(index, 'hazelnuts'))).toEqual(['mem_2']);
  });
});

describe('scores', () => {
  const only = (query: string, ...texts: string[]): string[] =>
    ids(search(indexOf(texts.map((text, i) => rowOf({ id: `mem_${i.toString(16)}`, text }))), query));

  it('do not fall for a word said over and over', () => {
    expect(only('hazelnut allergy', 'hazelnut '.repeat(50), 'hazelnut allergy', 'allergy')[0]).toBe('mem_1');
  });

  it('say of a long row which words its best passage holds, between rows that hold them as well', () => {
    const filler = (from: number): string => Array.from({ length: 30 }, (_, i) => `word${from + i}`).join(' ');
    const row = rowOf({ id: 'mem_b', text: `hazelnut ${filler(1)} hazelnut sunrise ${filler(50)} sunrise ${filler(90)}` });
    const both = ['mem_a', 'mem_c'].map((id) => rowOf({ id, text: 'hazelnut and sunrise, hazelnut and sunrise' }));
    for (const sealAt of [1, 6, 10_000]) {
      const hit = search(indexOf([both[0] ?? row, row, both[1] ?? row], sealAt), 'hazelnut sunrise').find(({ id }) => id === row.id);
      expect(hit?.why.words.map(({ word }) => word).toSorted()).toEqual(['hazelnut', 'sunrise']);
    }
  });

  it('take the best passage of a long row, not its length', () => {
    const filler = Array.from({ length: 200 }, (_, i) => `filler${i}`).join(' ');
    expect(only('Porto hazelnut', `Porto ${filler} hazelnut`, 'hazelnut in Porto')[0]).toBe('mem_1');
    expect(only('Porto hazelnut', `${filler} hazelnut in Porto ${filler}`, 'Porto', 'hazelnut')[0]).toBe('mem_0');
  });

  it('count what an assistant said for less than what a person said', () => {
    const said = { text: 'Porto', category: 'travel' };
    const index = indexOf([rowOf({ id: 'mem_1', ...said, role: 'assistant' }), rowOf({ id: 'mem_2', ...said, role: 'user' })]);
    expect(ids(search(index, 'Porto'))).toEqual(['mem_2', 'mem_1']);
  });

  it('count who said a row as a word, for less than the name in the text, and as who is asked about', () => {
    const index = indexOf([rowOf({ id: 'mem_1', text: 'painted', speaker: 'Ana' }), rowOf({ id: 'mem_2', text: 'painted Ana' })]);
    const hits = search(index, 'Ana');
    expect(ids(hits)).toEqual(['mem_1', 'mem_2']);
    const [said, named] = hits.map(({ score, why }) => score * (why.words[0]?.share ?? 0));
    expect(said).toBeLessThan(named ?? 0);
  });
});
