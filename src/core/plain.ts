/** What could move a cursor, end a line, turn it round or hide in it: controls, marks of direction, separators, invisible formats, tags. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** Text from elsewhere as a terminal or a page may show it: on one line, with nothing that acts on a terminal or deceives the eye. */
export function plain(text: string): string {
  return text.toWellFormed().replace(UNSAFE, escaped);
}

/** The character as JSON escapes it: `\u` and four digits for each of its UTF-16 code units. */
export function escaped(character: string): string {
  let out = '';
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}
