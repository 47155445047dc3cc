import { missingWeight, prepareServed, type PreparedText } from './resemblance-words.ts';

export { prepareServed, type PreparedText };

/** A row that was served in a thread, with what it says. */
export interface ServedText {
  readonly id: string;
  readonly text: string;
}

/** From here on, a text counts as an echo. Found on one half of the pairs in `test/memory/echoes`. */
export const ECHO_THRESHOLD = 0.55;

/** How much of the score is that the new text says little else, the rest being that it says all that the served one does. */
const SAYS_LITTLE_ELSE = 0.6;

/** What is left of the score where the new text tells of a change and the served one does not. */
const AFTER_CHANGE = 0.75;

/** Fewer words in common, by weight, are an accident. */
const LEAST_SHARED = 1.3;

/**
 * The ids of the served rows that `text` is an echo of (promise 5), in the order of `served`; each row is judged by itself. Never throws.
 * Takes time in the number of rows; of each text, only the beginning is read (`READ_UNITS`, `READ_WORDS`).
 */
export function resembling(text: string, served: readonly ServedText[]): readonly string[] {
  const prepared = prepareServed(text);
  return served.filter((row) => resemblance(prepared, prepareServed(row.text)) >= ECHO_THRESHOLD).map(({ id }) => id);
}

/**
 * How far `text` says what `served` says, from 0 to 1: the weighted mean of how much of it stands in the served text and how much of that
 * stands in it. 1 for the same text; 0 where a number, name, member of a kind or negation makes it another fact. Not symmetric: a text that
 * leaves a number out sums up, one that adds a number says more. Never throws.
 */
export function resemblance(text: PreparedText, served: PreparedText): number {
  if (text.form === served.form) return 1;
  if (saysAnother(text, served)) return 0;
  const { shared, all } = portion(text, served);
  const back = portion(served, text);
  if (shared < LEAST_SHARED) return 0;
  const fresh = shared / all;
  const whole = back.shared / back.all;
  const score = 1 / (SAYS_LITTLE_ELSE / fresh + (1 - SAYS_LITTLE_ELSE) / whole);
  return text.tellsChange && !served.tellsChange ? score * AFTER_CHANGE : score;
}

/** How much the words of `text` weigh, and those of them that `other` has. */
function portion(text: PreparedText, other: PreparedText): { shared: number; all: number } {
  let shared = 0;
  let all = 0;
  for (const [term, weight] of text.terms) {
    const has = other.terms.has(term);
    if (has) shared += weight;
    all += has ? weight : missingWeight(text, term, weight);
  }
  return { shared, all };
}

/** Whether a number, a name, a member of a kind or a negation makes the new text another fact. */
function saysAnother(text: PreparedText, served: PreparedText): boolean {
  for (const number of text.numbers) if (!served.numbers.has(number) && !(number === '1' && served.saysOne)) return true;
  if (lacks(text.names, served.terms) && lacks(served.names, text.terms)) return true;
  if (lacks(served.slight, text.terms) && (lacks(text.slight, served.terms) || lacks(text.names, served.terms))) return true;
  return otherMember(text, served) || turned(text, served) || turned(served, text);
}

function lacks(names: ReadonlySet<string>, terms: ReadonlyMap<string, number>): boolean {
  for (const name of names) if (!terms.has(name)) return true;
  return false;
}

function otherMember(text: PreparedText, served: PreparedText): boolean {
  const missing = new Set<string>();
  for (const member of served.members) if (!text.members.has(member)) missing.add(kindOf(member));
  for (const member of text.members) if (!served.members.has(member) && missing.has(kindOf(member))) return true;
  return false;
}

function kindOf(member: string): string {
  return member.slice(0, member.indexOf(':'));
}

/** Whether `a` negates a word that `b` says without any negation. */
function turned(a: PreparedText, b: PreparedText): boolean {
  if (b.mayRefuse) return false;
  for (const term of a.reached) if (b.reached.has(term)) return false;
  for (const term of a.refused) if (b.terms.has(term) && !b.reached.has(term)) return true;
  return false;
}
