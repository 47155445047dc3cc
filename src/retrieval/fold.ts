import { capMarks } from '../core/marks.ts';

/**
 * Accents on Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel signs, tatweel. Marks of other scripts tell words apart and
 * stay.
 */
const ACCENTS = new RegExp(
  `[${[
    String.raw`\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f`,
    String.raw`\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f`,
  ].join('')}]`,
  'g',
);

/** Letters that Unicode does not take apart, as people without the key for them type them. */
const PLAIN: Readonly<Record<string, string>> = {
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ς: 'σ',
};
const TAKES_PLAIN = /[øđðħłþæœς]/g;

const APOSTROPHES = /[\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\uff07]/g;

const ASCII = /^[\0-\x7f]*$/;

/**
 * The form in which words are compared: compatibility forms unified, case folded, accents dropped (`Café` is `cafe`, `ﬁn` is `fin`,
 * `Straße` is `strasse`), apostrophes made plain. Linear in the length of the text, whatever it holds.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return capMarks(text)
    .replace(APOSTROPHES, "'")
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .replace(ACCENTS, '')
    .replace(TAKES_PLAIN, (letter) => PLAIN[letter] ?? letter);
}
