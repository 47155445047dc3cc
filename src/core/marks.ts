/** More combining marks in a row than any script puts on one letter; Unicode's own stream-safe form stops at the same number. */
const RUN = /(\p{M}{30})\p{M}+/gu;

/**
 * The text with no more than thirty combining marks in a row. Unicode normalisation sorts each run of marks in time that grows
 * with its square, so text from outside goes through here before `normalize` is called on it.
 */
export function capMarks(text: string): string {
  return text.replace(RUN, '$1');
}
