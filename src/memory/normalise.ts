import { capMarks } from '../core/marks.ts';

/** Invisible characters: controls that are not white space, formats, joiners, marks of direction, fillers, variation selectors, tags. */
const INVISIBLE = new RegExp(
  `[${[
    String.raw`\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f`,
    String.raw`\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}`,
    String.raw`\u{e0000}-\u{e0fff}`,
  ].join('')}]`,
  'gu',
);

/** What compatibility folding would join to the digits beside it: 10² is not 102, 1½ is not 11/2. */
const RAISED = /[\u00b2\u00b3\u00b9\u2070\u2074-\u208e]+/g;
const FRACTION = /[\u00bc-\u00be\u2150-\u215e\u2189]/g;

const SINGLE_QUOTES = /[\u2018-\u201b\u2032\u2035\u2039\u203a\u02b9\u02bb\u02bc\u02bd\u0060\u00b4\uff07\uff40]/g;
const DOUBLE_QUOTES = /[\u201c-\u201f\u2033\u2036\u00ab\u00bb\u301d-\u301f\u300c-\u300f\uff02\uff62\uff63]/g;
const DASHES = /[\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]/g;
/** Stops that stand between words even where no space does. */
const STOPS = /[\u3001\u3002\uff61\uff64\u060c\u061b\u061f\u06d4\u0964\u0965\u00a1\u00bf\u3008-\u300b\u3010\u3011]/g;

/** ASCII without controls. */
const TYPED = /^[\t-\r\x20-\x7e]*$/;

const PUNCTUATION = /[.,;:!?"'()[\]{}]+/g;
const WORD_BEFORE = /[\p{L}\p{N}\p{M}]$/u;
const WORD_AFTER = /^[\p{L}\p{N}\p{M}]/u;
const DIGIT_BEFORE = /\p{Nd}$/u;
const DIGIT_AFTER = /^\p{Nd}/u;
const POINT_LAST = /[.,]$/;
const MARK_FIRST = /^["']/;
const SPACE = /[\s\x85]+/g;

/** More passes than any text is known to take; each one only drops or unifies. */
const PASSES = 16;

/**
 * The form in which two texts count as the same thing said again (promise 5, exact and near-exact): compatibility forms, case, quotes,
 * dashes and white space unified, invisible characters dropped, and sentence punctuation, quotes and brackets dropped where a word ends.
 * What can change the meaning stays: digits with their inner points and commas, a point or sign before a digit, an inch or foot mark
 * after one, apostrophes inside words, currency, %, +, #. A text of nothing else is its own NFC form. Applying it twice changes nothing.
 */
export function normaliseForRepeat(text: string): string {
  let form = pass(text);
  for (let i = 1; i < PASSES; i++) {
    const next = pass(form);
    if (next === form) break;
    form = next;
  }
  return form === '' ? text.normalize('NFC') : form;
}

function pass(text: string): string {
  return TYPED.test(text) ? passTyped(text) : passAny(text);
}

/** As `passAny`, for a text in which most of what that looks for cannot be. */
function passTyped(text: string): string {
  return text.replaceAll('`', "'").toLowerCase().replace(PUNCTUATION, withinWords).replace(SPACE, ' ').trim();
}

function passAny(text: string): string {
  return capMarks(text.replace(INVISIBLE, ''))
    .replace(RAISED, '^$&')
    .replace(FRACTION, ' $&')
    .replace(DOUBLE_QUOTES, '"')
    .replace(SINGLE_QUOTES, "'")
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(DASHES, '-')
    .replace(STOPS, ' ')
    .replace(PUNCTUATION, withinWords)
    .replace(SPACE, ' ')
    .trim();
}

/** What is left of a run of punctuation that starts at `at`. */
function withinWords(run: string, at: number, text: string): string {
  const before = text.slice(Math.max(0, at - 2), at);
  const after = text.slice(at + run.length, at + run.length + 2);
  const inWord = WORD_BEFORE.test(before);
  if (run.length === 1 && inWord && WORD_AFTER.test(after)) return run;
  if (POINT_LAST.test(run) && !inWord && DIGIT_AFTER.test(after)) return ` ${run.slice(-1)}`;
  if (MARK_FIRST.test(run) && DIGIT_BEFORE.test(before)) return `${run.charAt(0)} `;
  return ' ';
}
