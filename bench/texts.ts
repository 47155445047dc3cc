const WORDS = (
  'the river cottage keeps a blue bicycle near its garden wall where Marisol plants tomatoes each spring before driving north to visit her ' +
  'brother who repairs violins and teaches evening classes about bread astronomy chess pottery weather maps old trains and lighthouse keepers'
).split(' ');

/** A text of about `length` characters that no other number gives: ordinary words, spread as in speech. */
export function textOf(number: number, length = 200): string {
  let text = `Note ${number}:`;
  for (let i = 0; text.length < length; i += 1) text += ` ${wordOf(number * 7 + i * i + ((number >> 5) + 3) * i)}`;
  return text;
}

/** A question of a few words, some of them rare. */
export function queryOf(number: number): string {
  return `when did ${wordOf(number * 5 + 1)} and ${wordOf(number * 3 + 2)} meet the ${wordOf(number * 11)} of note ${number * 13}?`;
}

function wordOf(number: number): string {
  return WORDS[number % WORDS.length] ?? '';
}
