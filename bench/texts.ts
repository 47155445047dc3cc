const SYLLABLES = 'ba re lin to ska mi dor ven pa lu ter no gra fi con del sa vor ny ash ell ock ur ling'.split(' ');
const VOCABULARY = 3000;

/** A text of about `length` characters that no other number gives: a few words are in most texts, most words in few, as in speech. */
export function textOf(number: number, length = 200): string {
  let text = `Note ${number}:`;
  for (let i = 0; text.length < length; i += 1) text += ` ${wordOf(number, i)}`;
  return text;
}

/** A question of eight words, common and rare ones. */
export function queryOf(number: number): string {
  const words = Array.from({ length: 6 }, (_, i) => wordOf(number * 31, i));
  return `when did ${words.join(' ')}?`;
}

/** The `place`th word of a text, the lower numbers of the vocabulary the more often. */
function wordOf(number: number, place: number): string {
  const spread = Math.imul(number + 1, 2_654_435_761) ^ Math.imul(place + 1, 1_597_334_677);
  const even = ((Math.imul(spread ^ (spread >>> 15), 2_246_822_519) >>> 0) % 1_000_003) / 1_000_003;
  const rank = Math.floor(VOCABULARY ** even);
  const syllable = (at: number): string => SYLLABLES[at % SYLLABLES.length] ?? '';
  return `${syllable(rank)}${syllable(rank * 7 + 3)}${syllable(Math.floor(rank / SYLLABLES.length))}`;
}
