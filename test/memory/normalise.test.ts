import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseForRepeat } from '../../src/memory/normalise.ts';

describe('the same thing said again', () => {
  it.each([
    ['I live in Porto', 'i  live in\tPORTO.\n'],
    ["I'm allergic to hazelnuts", 'I’m allergic to hazelnuts!'],
    ['"Yes", she said', '“Yes,” she said'],
    ['Porto (Portugal)', '[Porto], Portugal'],
    ['well—known', 'well-known'],
    ['from −5 to 3', 'from -5 to 3'],
    ['Café', 'Cafe\u0301'],
    ['ﬁne', 'fine'],
    ['wait...what', 'wait… what?'],
    ['Ana, 34; baker', 'Ana 34 baker'],
    ['haz\u200bel\u00adnut\ufeff', 'hazelnut'],
    ['\u202eleft\u202c \u2066right\u2069', 'left right'],
    ['a\u0000b', 'ab'],
    ['a\u0085b', 'a b'],
    ['❤\ufe0f', '❤'],
    ['¿Dónde vives?', 'dónde vives'],
    ['我住在波尔图。', '我住在波尔图'],
    ['１２３', '123'],
    ['J’habite à Paris !', "j'habite à paris"],
  ])('%j is %j', (one, other) => {
    expect(normaliseForRepeat(one)).toBe(normaliseForRepeat(other));
  });
});

describe('another thing', () => {
  it.each([
    ['costs 3.5', 'costs 35'],
    ['costs 3.5', 'costs 3,5'],
    ['1,000 euros', '1.000 euros'],
    ['10:30', '1030'],
    ['-5 degrees', '5 degrees'],
    ['+5 points', '5 points'],
    ['.5 mg', '5 mg'],
    ['takes (.5 mg)', 'takes (5 mg)'],
    ['10²', '102'],
    ['1½', '11/2'],
    ["5' wide", '5" wide'],
    ['5″ wide', '5 wide'],
    ["we're late", 'were late'],
    ['$5', '€5'],
    ['$5', '5'],
    ['50%', '50'],
    ['C++', 'C'],
    ['C#', 'C'],
    ['< 5', '> 5'],
    ['resume', 'résumé'],
    ['example.com', 'example com'],
    ['Ana or Bo', 'Ana and Bo'],
    ['🙂', '🙁'],
    ['not safe', 'safe'],
    ['!', '?'],
    ['', '!'],
  ])('%j is not %j', (one, other) => {
    expect(normaliseForRepeat(one)).not.toBe(normaliseForRepeat(other));
  });
});

describe('the form', () => {
  it.each([
    ["  I'm 34 — “really”, 3.5% of C++ (and C#)!  ", "i'm 34 - really 3.5% of c++ and c#"],
    ['5\'10" tall', '5\'10" tall'],
    ['?!', '?!'],
    ['\u200b', '\u200b'],
    ['', ''],
    [' \n ', ' \n '],
  ])('of %j is %j', (text, expected) => {
    expect(normaliseForRepeat(text)).toBe(expected);
  });

  const PIECES = [
    'a',
    'B',
    'é',
    'e\u0301',
    '5',
    '.',
    ',',
    "'",
    '’',
    '"',
    '″',
    '(',
    ']',
    '-',
    '−',
    '+',
    '#',
    '%',
    ' ',
    '\n',
    '\u200b',
    '²',
    '½',
    'İ',
    'Σ',
    'ß',
    'ﬃ',
    '…',
    '。',
    'が',
    '\u3099',
    '𝟓',
    '👩\u200d👧',
    '\u0301',
    'ŉ',
    'ΐ',
    '‼',
    '﷼',
  ];
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 20 }),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  );

  it('of a form is itself', () => {
    fc.assert(
      fc.property(text, (one) => {
        const form = normaliseForRepeat(one);
        expect(normaliseForRepeat(form)).toBe(form);
      }),
      { numRuns: 5_000 },
    );
  });

  it('of each single character, alone and between words, is its own form', () => {
    const moved: string[] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      for (const one of [character, `a${character}b`, ` ${character}1`]) {
        const form = normaliseForRepeat(one);
        if (normaliseForRepeat(form) !== form) moved.push(point.toString(16));
      }
      if (point === 0x33ff) point = 0xa000 - 1;
      if (point === 0xabff) point = 0xd7ff;
      if (point === 0x1ffff) point = 0xdffff;
      if (point === 0xe0fff) break;
    }
    expect(moved).toEqual([]);
  }, 60_000);

  it('of typed ASCII is what it is beside an invisible character, which is looked for in another way', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: fc.constantFrom('a', 'B', '1', ' ', '.', ',', '"', "'", '`', '(', '-', '!', '\t', '\n', '$', '%'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(
        typed.filter((one) => /[\da-z]/i.test(one)),
        (one) => {
          expect(normaliseForRepeat(`\u200b${one}`)).toBe(normaliseForRepeat(one));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('holds no more than thirty marks in a row, and stays the same for it', () => {
    const marks = '\u0323'.repeat(20);
    const form = normaliseForRepeat(`x${marks}\u200b${marks}`);
    expect(form).toBe(`x${'\u0323'.repeat(30)}`);
    expect(normaliseForRepeat(form)).toBe(form);
  });

  it('is empty for no text that is not', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(normaliseForRepeat(one) === '').toBe(one === '');
      }),
    );
  });

  it('does not see case, composition, space, stops at the end, or what is invisible', () => {
    const words = fc.array(fc.stringMatching(/^[a-zàéü]{1,6}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(words, fc.constantFrom('.', '!', '?', '…', ' ', '\u200b', '"', ')'), (list, end) => {
        const plain = normaliseForRepeat(list.join(' '));
        expect(normaliseForRepeat(list.join(' \u2003 ').toUpperCase().toLowerCase() + end)).toBe(plain);
        expect(normaliseForRepeat(list.join(', ').normalize('NFD'))).toBe(plain);
      }),
    );
  });
});
