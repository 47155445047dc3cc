import { type AskedDate, readAskedDates } from './asked-dates.ts';
import { categoriesOf, categoryTerm } from './categories.ts';
import { dateTermsAsked } from './date-terms.ts';
import { FLAG } from './traits.ts';
import { akinTo } from './synonyms.ts';
import { queryTokens, rowTokens } from './tokens.ts';
import { WEIGHT } from './weighing.ts';

/** A word that is asked for. */
export interface AskedTerm {
  readonly term: string;
  /** The query's word, folded; null for a date. */
  readonly word: string | null;
  /** What it counts beside others of its rarity. */
  readonly weight: number;
  /** Which word of the query it is, or stands for: from 0, in the order of the query. */
  readonly concept: number;
  /** Whether it stands for a word of the query that is another. */
  readonly akin: boolean;
}

/** A query, read. */
export interface Question {
  /** Each term once: the query's own first, in their order, then those akin to them. */
  readonly terms: readonly AskedTerm[];
  readonly dates: readonly AskedDate[];
  /** The bits of `FLAG` that an answer would have: a time, a number, a place; that the assistant said it; that it says what somebody prefers. */
  readonly cues: number;
}

const FRAME = new Set(
  rowTokens(
    `kind type sort way thing something anything many much long often time mention say said tell think get go make take give use want need
    new good different come first did person people describe according various specific currently recently during`,
  ).map(({ term }) => term),
);
const ASKS_TIME = /\bwhen\b|\bwhat (?:date|day|month|year)\b|\bhow long\b/i;
const ASKS_NUMBER = /\bhow (?:many|much|old|often|long)\b|\bwhat (?:number|percentage|amount)\b/i;
const ASKS_ASSISTANT = /\byou\b/i;
const ASKS_FAVOUR = /\b(?:can|could|would|will|do|should) you\b/i;
/** Asks for help, which is to be to somebody's taste, and not for what has been. */
const ASKS_HELP =
  /\b(?:(?:can|could|would|will) you|help me|suggest|recommend|should I|how (?:can|do|should|would) I|what are some|what['’]s the best|any tips|advice|ideas?|I['’]m (?:planning|looking|trying|about))\b/i;
const ASKS_PAST = /\b(?:did|have|has|had|was|were) (?:I|you|we|my|the|he|she|they)\b|\b(?:mention|across|between)/i;
const ASKS_PLACE = /\bwhere\b|\b(?:which|what) (?:city|country|place|state|town)\b/i;
/** A query's beginning is looked at for what it asks, in UTF-16 code units. */
const LOOKED_AT = 4000;

/**
 * Reads a query, of which a bounded length counts: its words with what is akin to them, the dates it names, what kind of answer it asks for.
 * `now` is the instant that "last week" is counted from. `names` are terms that speakers are called by.
 */
export function readQuestion(query: string, now: number, names: Pick<ReadonlySet<string>, 'has'>): Question {
  const own = new Map<string, AskedTerm>();
  for (const { term, word } of queryTokens(query)) {
    if (own.has(term)) continue;
    const weight = (names.has(term) ? WEIGHT.speakerName : 1) * (FRAME.has(term) ? WEIGHT.frame : 1);
    own.set(term, { term, word, weight, concept: own.size, akin: false });
  }
  const akin = new Map<string, AskedTerm>();
  for (const { term: from, word, concept } of own.values()) {
    for (const { term, weight } of akinTo(from)) {
      const known = akin.get(term);
      if (!own.has(term) && (known === undefined || known.weight < weight)) akin.set(term, { term, word, weight, concept, akin: true });
    }
  }
  for (const { term: from, word } of own.values()) {
    for (const category of categoriesOf(from)) {
      const term = categoryTerm(category);
      // Of no word's meaning: it is a word of its own.
      if (!akin.has(term)) akin.set(term, { term, word, weight: WEIGHT.category, concept: own.size + akin.size, akin: true });
    }
  }
  const start = query.slice(0, LOOKED_AT);
  const dates = readAskedDates(start, now);
  for (const date of dates) {
    const concept = own.size + akin.size;
    for (const term of dateTermsAsked(date))
      if (!akin.has(term)) akin.set(term, { term, word: null, weight: WEIGHT.day, concept, akin: true });
  }
  return { terms: [...own.values(), ...akin.values()], dates, cues: cuesOf(start) };
}

function cuesOf(query: string): number {
  let cues = 0;
  if (ASKS_TIME.test(query)) cues |= FLAG.time | FLAG.dated;
  if (ASKS_NUMBER.test(query)) cues |= FLAG.number;
  if (ASKS_PLACE.test(query)) cues |= FLAG.place;
  if (ASKS_HELP.test(query) && !ASKS_PAST.test(query)) cues |= FLAG.prefers;
  if (ASKS_ASSISTANT.test(query) && !ASKS_FAVOUR.test(query)) cues |= FLAG.assistant;
  return cues;
}
