/**
 * What could end a line, turn it round, hide in it or carry a message that people do not see: DEL and C1, marks and embeddings of
 * direction, line and paragraph separators, invisible operators, joiners and fillers, variation selectors other than the text and emoji
 * styles, tag characters and the rest of that plane, noncharacters. A fixed list, so that the bytes do not change with Unicode's version.
 * C0, quotes, backslashes and lone surrogates are JSON's own to escape. U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
 */
const UNSAFE = new RegExp(
  `[${[
    String.raw`\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e`,
    String.raw`\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}`,
    String.raw`\u{e0000}-\u{e0fff}`,
  ].join('')}]`,
  'gu',
);

/**
 * A row's text as one JSON string on one line, with its quotes: it cannot end its line, forge a tag or open a section, is always
 * well-formed Unicode, and `JSON.parse` gives the text back to the last code unit.
 */
export function quote(text: string): string {
  return JSON.stringify(text).replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  let out = '';
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}
