import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queryTokens, rowTokens } from '../../src/retrieval/tokens.ts';

const terms = (text: string): string[] => rowTokens(text).map(({ term }) => term);

describe('the words of a text', () => {
  it.each([
    ["I'm allergic to hazelnuts", ['allerg', 'hazelnut']],
    ['She went to Porto; he goes, they are going', ['go', 'porto', 'go', 'go']],
    ["Ana’s café isn't Ana's CAFE", ['ana', 'cafe', 'ana', 'cafe']],
    ["l'amica di O'Brien", ['amica', 'di', 'obrien']],
    ['C++, C# and c', ['c++', 'c#', 'c']],
    ['10,000 or 3.5 on the 8th, 2,5 at 10:30', ['10000', '3.5', '8', '2', '5', '10', '30']],
    ['Straße, ﬁn, İstanbul, ΟΔΟΣ, Łódź', ['strass', 'fin', 'istanbul', 'οδοσ', 'lodz']],
    ['self-care a_b', ['self', 'care', 'b']],
    ['haz\u200belnut soft\u00adware', ['hazelnut', 'softwar']],
    ['שָׁלוֹם مُحَمَّد', ['שלום', 'محمد']],
    ['می‌خواهم', ['میخواهم']],
    ['हिन्दी', ['हिन्दी']],
    ['👍🏽 ❤️ 👩‍👩‍👧 🇵🇹', ['👍', '❤', '👩‍👩‍👧', '🇵🇹']],
    ['ＡＢＣ１２', ['abc12']],
    ['?! … — «»', []],
    ['', []],
  ])('%s', (text, expected) => {
    expect(terms(text)).toEqual(expected);
  });

  it('however many endings a word has', () => {
    expect(terms(`Ana${"'s".repeat(100_000)}`)).toEqual(['ana']);
  });

  it('keeps the folded form beside the stem', () => {
    expect(rowTokens('Hazelnuts')).toEqual([{ term: 'hazelnut', word: 'hazelnuts' }]);
  });

  it('cuts endless runs, and never in the middle of a character', () => {
    expect(terms('x'.repeat(500))).toEqual(['x'.repeat(64)]);
    const [cut] = terms(`x${'𝼊'.repeat(500)}`);
    expect(cut?.isWellFormed()).toBe(true);
  });
});

it('piled-up marks are cut before anything has to sort them', () => {
  expect(terms(`ก${'\u0e49'.repeat(40)}`)).toEqual([`ก${'\u0e49'.repeat(30)}`]);
});

describe('scripts without spaces', () => {
  it('are found by any of their letters and by neighbours', () => {
    expect(terms('我的猫')).toEqual(['我', '我的', '的', '的猫', '猫']);
    expect(terms('고양이')).toEqual(['고', '고양', '양', '양이', '이']);
    expect(terms('รู้')).toEqual(['รู้']);
  });

  it('keep the marks that tell their letters apart', () => {
    expect(terms('が')).not.toEqual(terms('か'));
    expect(terms('か\u3099')).toEqual(terms('が'));
  });

  it('are asked for by pairs, or by the one letter that there is', () => {
    expect(queryTokens('我的猫').map(({ term }) => term)).toEqual(['我的', '的猫']);
    expect(queryTokens('猫').map(({ term }) => term)).toEqual(['猫']);
  });
});

describe('any text', () => {
  it('composed or decomposed, in capitals or small, has the same words', () => {
    const words = fc.array(
      fc.constantFrom('Café', 'naïve', 'Łódź', 'ÅNGSTRÖM', 'Việt', 'ёлка', 'Ωμέγα', 'straße', 'שלום', '고양이', '猫'),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, (list) => {
        const text = list.join(' ');
        const expected = terms(text);
        expect(expected.length).toBeGreaterThan(0);
        for (const other of [text.normalize('NFD'), text.normalize('NFC'), text.toUpperCase(), text.toLowerCase()])
          expect(terms(other)).toEqual(expected);
      }),
    );
  });

  it('gives terms that are well formed, not empty, and bounded', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 300 })), (text) => {
        for (const { term, word } of rowTokens(text)) {
          expect(term).not.toBe('');
          expect(term.length).toBeLessThanOrEqual(64);
          expect(word.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it('of ASCII alone has the words that it has beside others, which are looked for in another way', () => {
    const pieces = [
      "it's",
      'C++',
      'c#',
      'F#x',
      '1,200.5',
      '1.',
      "rock'n'roll",
      "'90s",
      'running',
      'x_y',
      '3rd',
      '\t',
      '--',
      "a''b",
      '#',
      '0',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 60 }),
      fc.array(fc.constantFrom(...pieces, ' ', ','), { maxLength: 20 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(text, (one) => {
        const beside = rowTokens(`${one} ☃`);
        expect(beside.pop()?.word).toBe('☃');
        expect(rowTokens(one)).toEqual(beside);
      }),
      { numRuns: 2_000 },
    );
  });

  it('as a query is read to a bounded length', () => {
    for (const unit of ['word ', 'ﷺ', '漢字', '1,', "a'", '👩\u200d', 'a\u0301', '\u0301\u0323']) {
      expect(queryTokens(unit.repeat(65_536 / unit.length)).length).toBeLessThanOrEqual(4_096);
    }
    expect(queryTokens(`${'!'.repeat(16_384)}word`)).toEqual([]);
  });
});
