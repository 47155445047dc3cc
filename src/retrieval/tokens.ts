import { stemmer } from 'stemmer';
import { fold } from './fold.ts';
import { IRREGULAR } from './irregular.ts';
import { STOP_WORDS } from './stop-words.ts';

/** One word to match on. `term` is what is compared; `word` is the folded form that stood in the text. */
export interface Token {
  readonly term: string;
  readonly word: string;
}

/** Scripts that run words together, and Korean, whose particles cling to the word: there, two letters beside each other are a word. */
const SCRIPTS = ['Han', 'Hira', 'Kana', 'Hang', 'Bopo', 'Thai', 'Laoo', 'Khmr', 'Mymr'].map((script) => `\\p{scx=${script}}`);
const UNSPACED = `[[${SCRIPTS.join('')}]&&[\\p{L}\\p{M}\\p{Nl}]]`;
const SPACED = `(?!${UNSPACED})[\\p{L}\\p{N}]`;
const SPACED_ON = `(?!${UNSPACED})[\\p{L}\\p{N}\\p{M}]`;
const PICTURE = '\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?';
const SCAN = new RegExp(
  [
    `(?<unspaced>${UNSPACED}(?:${UNSPACED}|\\p{Cf})*)`,
    '(?<number>\\p{Nd}+(?:[.,]\\p{Nd}+)+)',
    // C++, C#, F#
    '(?<sharp>\\p{L}(?:\\+\\+|#)(?![\\p{L}\\p{N}]))',
    `(?<word>${SPACED}(?:${SPACED_ON}|\\p{Cf})*(?:'${SPACED}(?:${SPACED_ON}|\\p{Cf})*)*)`,
    `(?<emoji>\\p{RI}\\p{RI}|${PICTURE}(?:\\u200D${PICTURE})*)`,
  ].join('|'),
  'gv',
);

/** What `SCAN` finds in ASCII, at a twentieth of the time: numbers, sharps, words. */
const ASCII = /^[\0-\x7f]*$/;
const ASCII_SCAN = /(\d+(?:[.,]\d+)+)|([a-z](?:\+\+|#)(?![a-z0-9]))|[a-z0-9]+(?:'[a-z0-9]+)*/g;

const INVISIBLE = /\p{Cf}/gu;
const EMOJI_STYLE = /[\uFE0F\p{Emoji_Modifier}]/gu;
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu;
const THOUSANDS = /^\p{Nd}{1,3}(?:,\p{Nd}{3})+(?:\.\p{Nd}+)?$/u;
const ORDINAL = /^(\d+)(?:st|nd|rd|th)$/;
const STEMMED = /^[a-z]{3,}$/;
const ENGLISH_ENDINGS = new Set(['s', 'm', 're', 've', 'll', 'd', 't']);
const ELISIONS = new Set(['l', 'd', 'j', 'm', 'n', 's', 't', 'c', 'qu', 'un', 'all', 'dall', 'dell', 'nell', 'sull']);

/** Longer runs (keys, encoded files) match on their beginning. In UTF-16 code units. */
const LONGEST_TERM = 64;

/** A query is read so far and no further, in UTF-16 code units and in words, so that no query costs much more than another. */
const QUERY_UNITS = 16_384;
const QUERY_TOKENS = 4_096;

/**
 * The words of a row's text, in order, stop words left out: Unicode letters and digits, folded; English words as their stems; scripts
 * without spaces as single letters and pairs; emoji whole. The same text gives the same tokens wherever Unicode's tables are the same.
 */
export function rowTokens(text: string): Token[] {
  return tokens(text, true, Infinity);
}

/** The words of a query: as `rowTokens`, but unspaced letters are asked for by their pairs, where there are any. Reads a bounded length. */
export function queryTokens(text: string): Token[] {
  return tokens(text.slice(0, QUERY_UNITS), false, QUERY_TOKENS);
}

function tokens(text: string, singles: boolean, most: number): Token[] {
  const out: Token[] = [];
  const folded = fold(text);
  if (ASCII.test(folded)) pushAscii(out, folded, most);
  else pushAny(out, folded, singles, most);
  return out.slice(0, most);
}

function pushAscii(out: Token[], folded: string, most: number): void {
  for (const [found, number, sharp] of folded.matchAll(ASCII_SCAN)) {
    if (out.length >= most) break;
    if (number !== undefined) pushNumber(out, found);
    else if (sharp !== undefined) push(out, found);
    else pushWord(out, found);
  }
}

function pushAny(out: Token[], folded: string, singles: boolean, most: number): void {
  for (const match of folded.matchAll(SCAN)) {
    if (out.length >= most) break;
    const found = match[0];
    const kind = match.groups ?? {};
    if (kind['word'] !== undefined) pushWord(out, found);
    else if (kind['unspaced'] !== undefined) pushPairs(out, found, singles);
    else if (kind['number'] !== undefined) pushNumber(out, found);
    else if (kind['emoji'] !== undefined) push(out, found.replace(EMOJI_STYLE, ''));
    else push(out, found);
  }
}

function push(out: Token[], word: string, term = word): void {
  out.push({ term: cut(term), word: cut(word) });
}

/** The beginning of a long word, never ending within a surrogate pair. */
function cut(word: string): string {
  if (word.length <= LONGEST_TERM) return word;
  const start = word.slice(0, LONGEST_TERM);
  return start.isWellFormed() ? start : start.slice(0, -1);
}

function pushWord(out: Token[], found: string): void {
  const word = withoutApostrophe(found.replace(INVISIBLE, ''));
  if (word === '' || STOP_WORDS.has(word)) return;
  const base = IRREGULAR.get(word) ?? word;
  push(out, word, STEMMED.test(base) ? stemmer(base) : (ORDINAL.exec(base)?.[1] ?? base));
}

/** `Ana's` → `ana`, `don't` → `do`, `l'amica` → `amica`, `o'brien` → `obrien`. */
function withoutApostrophe(word: string): string {
  let rest = word;
  for (;;) {
    const at = rest.lastIndexOf("'");
    if (at < 0) return rest;
    const left = rest.slice(0, at);
    const right = rest.slice(at + 1);
    if (!ENGLISH_ENDINGS.has(right)) return ELISIONS.has(left) ? right : rest.replaceAll("'", '');
    rest = right === 't' && left.endsWith('n') ? left.slice(0, -1) : left;
  }
}

function pushNumber(out: Token[], found: string): void {
  if (THOUSANDS.test(found)) push(out, found.replaceAll(',', ''));
  else for (const part of found.split(',')) push(out, part);
}

function pushPairs(out: Token[], found: string, singles: boolean): void {
  const letters = found.replace(INVISIBLE, '').match(CLUSTER) ?? [];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? '';
    const next = letters[i + 1];
    if (singles || letters.length === 1) push(out, letter);
    if (next !== undefined) push(out, letter + next);
  }
}
