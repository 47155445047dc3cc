import { capMarks } from '../core/marks.ts';
import { CHANGE, COUNT, FRAME, LIGHT, MEMBER, NEGATION, ONE, PHRASES, REFUSAL, STANDS_FOR } from './resemblance-forms.ts';
import { stem } from './resemblance-stem.ts';
import { normaliseForRepeat } from './normalise.ts';

/** A text is read so far and no further, in UTF-16 code units and in words, so that no text costs much more than another. */
export const READ_UNITS = 8_192;
export const READ_WORDS = 512;

/** How many words a negation reaches over, at most. */
const NEGATION_REACH = 6;

/** Longer words are compared by their beginning, in UTF-16 code units. */
const LONGEST_WORD = 64;

const LIGHT_WEIGHT = 0.35;
const SLIGHT_WEIGHT = 0.25;

/** What is compared of a text. Made by `prepareServed`; to be kept and used again, not to be stored. */
export interface PreparedText {
  /** The text as `normaliseForRepeat` has it. */
  readonly form: string;
  /** What each word weighs where the other text has it, too. */
  readonly terms: ReadonlyMap<string, number>;
  /** Words that may only be the name of whoever is spoken of. */
  readonly slight: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** The first word after each negation, and all that a negation reaches. */
  readonly refused: ReadonlySet<string>;
  readonly reached: ReadonlySet<string>;
  readonly members: ReadonlySet<string>;
  readonly saysOne: boolean;
  readonly mayRefuse: boolean;
  readonly tellsChange: boolean;
}

const SCRIPTS = ['Han', 'Hira', 'Kana', 'Hang', 'Thai', 'Laoo', 'Khmr', 'Mymr'].map((script) => `\\p{scx=${script}}`).join('');
const SCAN = new RegExp(
  `(?<pair>[[${SCRIPTS}]&&\\p{L}]+)|(?<number>\\p{Nd}+(?:[.,]\\p{Nd}+)*)|(?<word>\\p{L}[\\p{L}\\p{M}\\p{N}]*(?:'[\\p{L}\\p{M}]+)*)|(?<stop>[.!?;:,\\(\\)])`,
  'gv',
);
const QUOTES = /[\u2018\u2019\u02bc]/g;
const UPPER = /^\p{Lu}/u;
const THOUSANDS = /^\p{Nd}{1,3}(?:[.,]\p{Nd}{3})+$/u;
const ELISION = /^(?:[ldjmnstc]|qu)'/;
const CLAUSE = new Set(['but', 'aber', 'sondern', 'mais', 'pero', 'sino', 'though', 'although', 'while']);

/** Reads a text for comparison. Never throws; takes time in the length of the text, of which it reads at most `READ_UNITS`. */
export function prepareServed(text: string): PreparedText {
  const read = text.slice(0, READ_UNITS).toWellFormed();
  return new Reader(normaliseForRepeat(read)).read(read);
}

class Reader implements PreparedText {
  readonly form: string;
  readonly terms = new Map<string, number>();
  readonly slight = new Set<string>();
  readonly numbers = new Set<string>();
  readonly names = new Set<string>();
  readonly refused = new Set<string>();
  readonly reached = new Set<string>();
  readonly members = new Set<string>();
  saysOne = false;
  mayRefuse = false;
  tellsChange = false;

  #reach = 0;
  #first = false;
  #opening = true;
  #count: number | undefined;
  /** The word before, within the clause. */
  #before: string | undefined;

  constructor(form: string) {
    this.form = form;
  }

  read(text: string): this {
    let left = READ_WORDS;
    for (const match of plain(text).matchAll(SCAN)) {
      if (left-- <= 0) break;
      const { pair, number, word } = match.groups ?? {};
      if (word !== undefined) this.#word(word);
      else if (number !== undefined) this.#digits(number);
      else if (pair !== undefined) this.#pairs(pair);
      else this.#stop(match[0]);
    }
    this.#counted();
    return this;
  }

  #stop(mark: string): void {
    this.#counted();
    this.#reach = 0;
    this.#before = undefined;
    if (mark !== ',' && mark !== '(' && mark !== ')') this.#opening = true;
  }

  #word(found: string): void {
    const capital = UPPER.test(found);
    const opening = this.#opening;
    this.#opening = false;
    const lower = found.toLowerCase();
    const word = lower.replace(ELISION, '').replace(/'(?:s|m|d|re|ve|ll)?$/, '');
    if (ONE.has(word)) this.saysOne = true;
    const value = COUNT.get(word);
    if (value !== undefined) return this.#counting(value);
    this.#counted();
    if (CHANGE.has(word)) this.tellsChange = true;
    if (REFUSAL.has(word)) this.mayRefuse = true;
    if (CLAUSE.has(word)) {
      this.#reach = 0;
      this.#before = undefined;
    }
    if (NEGATION.has(word) || lower.endsWith("n't")) {
      this.#reach = NEGATION_REACH;
      this.#first = true;
      if (this.#before !== undefined) this.reached.add(this.#before);
      return;
    }
    // May, the month, is written large; May in "may be" is not.
    if (FRAME.has(word) && !(capital && !opening && MEMBER.has(word))) return;
    if (ONE.has(word)) return;
    const plainWord = STANDS_FOR.get(word) ?? word;
    const stemmed = stem(plainWord.slice(0, LONGEST_WORD));
    const term = STANDS_FOR.get(stemmed) ?? STEM_STANDS_FOR.get(stemmed) ?? stemmed;
    const light = LIGHT.has(word) || LIGHT.has(plainWord) || LIGHT_STEMS.has(term);
    this.#term(term, light ? LIGHT_WEIGHT : 1);
    const member = MEMBER.get(word) ?? MEMBER.get(word.replace(/s$/, ''));
    if (member !== undefined) this.members.add(member);
    if (!capital || light) return;
    if (opening || lower.endsWith("'s")) this.slight.add(term);
    else if (member === undefined) this.names.add(term);
  }

  #term(term: string, weight: number): void {
    if (this.#reach > 0) {
      if (this.#first && weight === 1) {
        this.refused.add(term);
        this.#first = false;
      }
      this.reached.add(term);
      this.#reach -= 1;
    }
    this.#before = term;
    this.terms.set(term, Math.max(weight, this.terms.get(term) ?? 0));
  }

  #digits(found: string): void {
    this.#counted();
    this.#opening = false;
    const value = Number((THOUSANDS.test(found) ? found.replaceAll(/[.,]/g, '') : found.replaceAll(',', '.')).normalize('NFKC'));
    this.#number(Number.isFinite(value) ? String(value) : found);
  }

  /** Number words follow each other: twenty three, eight hundred, two thousand fifty. */
  #counting(value: number): void {
    const before = this.#count;
    if (before === undefined) this.#count = value;
    else if (value >= 100 && before < value) this.#count = before * value;
    else if (before >= 20 && value < 20 && before % 10 === 0) this.#count = before + value;
    else {
      this.#counted();
      this.#count = value;
    }
  }

  #counted(): void {
    if (this.#count !== undefined) this.#number(String(this.#count));
    this.#count = undefined;
  }

  #number(value: string): void {
    this.numbers.add(value);
    this.#term(`#${value}`, 1);
  }

  #pairs(found: string): void {
    this.#counted();
    const letters = found.match(/./gsu) ?? [];
    if (letters.length === 1) this.#term(found, 1);
    for (let i = 0; i + 1 < letters.length; i++) this.#term(`${letters[i] ?? ''}${letters[i + 1] ?? ''}`, 1);
  }
}

function plain(text: string): string {
  let out = capMarks(text).normalize('NFKC').replace(QUOTES, "'");
  for (const [phrase, instead] of PHRASES) out = out.replace(phrase, instead);
  return out;
}

const STEM_STANDS_FOR: ReadonlyMap<string, string> = new Map(
  [...STANDS_FOR].flatMap(([word, first]) => [[stem(word), stem(first)] as const, [stem(first), stem(first)] as const]),
);
const LIGHT_STEMS: ReadonlySet<string> = new Set([...LIGHT].map(stem));

/** What a word weighs that the other text does not have. */
export function missingWeight(text: PreparedText, term: string, weight: number): number {
  return text.slight.has(term) ? Math.min(weight, SLIGHT_WEIGHT) : weight;
}
