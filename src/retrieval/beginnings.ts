/** Only words of so many letters are looked for by their beginning. */
const SHORTEST = 5;
/** So many letters may be missing at the end, but for the first few; and a word may be so much longer or shorter. */
const ENDING = 2;
const LEAST = 4;
const DIFFERENCE = 3;

const LETTERS = /^[\p{L}\p{M}]+$/u;

/** The beginning that words share with a term that nothing has (an ending that no rule knows, half of a typing error); null where that says too little. */
export function beginningOf(term: string): string | null {
  if (term.length < SHORTEST || !LETTERS.test(term)) return null;
  const beginning = term.slice(0, Math.max(LEAST, term.length - ENDING));
  return beginning.isWellFormed() ? beginning : null;
}

/** Whether a word may stand for a term that nothing has, whose beginning it shares. */
export function mayStandFor(term: string, word: string): boolean {
  return Math.abs(word.length - term.length) <= DIFFERENCE;
}
