import { spansIn } from './dates.ts';
import type { IndexedRow } from './face.ts';
import { fold } from './fold.ts';

/** What a row is like, a bit each. */
export const FLAG = {
  /** Said by an assistant. */
  assistant: 1,
  /** Asks something somewhere. */
  asks: 2,
  /** Ends in a question. */
  endsAsking: 4,
  /** Speaks of a time. */
  time: 8,
  /** Speaks of a number. */
  number: 16,
  /** Speaks of a place, as far as capitals tell. */
  place: 32,
  /** Speaks in the first person. */
  firstPerson: 64,
  /** Names a day, a month or a year, or says how long ago or how far ahead. */
  dated: 128,
  /** Says what somebody prefers, loves, avoids, or always or never does. */
  prefers: 256,
} as const;

const ENDS_ASKING = /[?？؟][\p{Pe}\p{Pf}"'\s]*$/u;
const ASKS = /[?？؟]/;
const TIME =
  /\b(?:yesterday|today|tonight|tomorrow|last|next|ago|weeks?|weekends?|months?|years?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october|november|december|since|recently|just|\d{4})\b/i;
/** Whether a text speaks of a day does not hang on when it was said. */
const ANY_DAY = 20_000;
const NUMBER = /\p{Nd}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|couple|once|twice|few)\b/iu;
const PLACE = /\b(?:in|at|to|from|near) (?:the )?\p{Lu}/u;
const PREFERS =
  /\b(?:prefer(?:s|red|ences?)?|favou?rites?|rather than|instead of|always|never|only|loves?|likes|I like|enjoys?|hates?|dislikes?|avoids?|insists?|allergic|can['’]t stand)\b/i;
const FIRST_PERSON = /\b(?:I|[Mm]y|[Mm]e|[Mm]ine|[Ww]e|[Oo]ur)\b/;

/** So much of a long text is looked at, in UTF-16 code units: from its beginning, and its end. */
const LOOKED_AT = 2000;

/** What ranking knows of a row beside its words. */
export interface Traits {
  /** How many words the text has, by its spaces; at most 65,535. */
  readonly words: number;
  /** Bits of `FLAG`. */
  readonly flags: number;
}

/** Reads a row’s traits: linear in its length. */
export function traitsOf({ text, role }: Pick<IndexedRow, 'text' | 'role'>): Traits {
  const start = text.slice(0, LOOKED_AT);
  let flags = role === 'assistant' ? FLAG.assistant : 0;
  if (ASKS.test(text)) flags |= FLAG.asks;
  if (ENDS_ASKING.test(text.slice(-64))) flags |= FLAG.endsAsking;
  if (TIME.test(start)) flags |= FLAG.time;
  if (spansIn(fold(start), ANY_DAY).length > 0) flags |= FLAG.dated;
  if (NUMBER.test(start)) flags |= FLAG.number;
  if (PLACE.test(start)) flags |= FLAG.place;
  if (PREFERS.test(start)) flags |= FLAG.prefers;
  if (FIRST_PERSON.test(start)) flags |= FLAG.firstPerson;
  return { words: Math.min(wordsIn(text), 0xffff), flags };
}

function wordsIn(text: string): number {
  let words = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const space = unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000;
    if (!space && !inside) words += 1;
    inside = !space;
  }
  return words;
}
