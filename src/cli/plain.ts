/** What could move a cursor, end a line, turn it round or hide in it: controls, marks of direction, separators, invisible formats, tags. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** Text from elsewhere as a terminal may show it: on one line, with nothing that acts on the terminal or deceives the eye. */
export function plain(text: string): string {
  return text.toWellFormed().replace(UNSAFE, escaped);
}

/** The text as one JSON string, with its quotes. */
export function quoted(text: string): string {
  return plain(JSON.stringify(text));
}

/** A value as indented JSON; what a terminal could act on is escaped, which JSON reads back as it was. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escaped);
}

function escaped(character: string): string {
  let out = '';
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}
