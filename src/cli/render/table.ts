/** The width that everything printed keeps to. */
export const WIDTH = 80;

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NARROW = /[\p{M}\u200b-\u200d\ufe0e\ufe0f]/u;

/** How many columns a terminal gives the text. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += NARROW.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** The text cut to so many columns, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Lines with their cells one under another, two spaces apart; the last cell is cut to what is left of the width. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))));
  return rows.map((row) => line(row, widths)).join('\n');
}

function line(row: readonly string[], widths: readonly number[]): string {
  let out = '';
  row.forEach((cell, i) => {
    const left = Math.max(8, WIDTH - widthOf(out));
    out += i === row.length - 1 ? cut(cell, left) : `${cell}${' '.repeat((widths[i] ?? 0) - widthOf(cell) + 2)}`;
  });
  return out.trimEnd();
}

/** `name  value` lines, the values one under another and broken at spaces to the width. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const indent = Math.max(...pairs.map(([name]) => name.length)) + 4;
  return pairs
    .map(([name, value]) => `  ${name.padEnd(indent - 2)}${wrap(value, WIDTH - indent).replaceAll('\n', `\n${' '.repeat(indent)}`)}`)
    .join('\n');
}

/** The text broken at spaces into lines of at most so many columns; a longer word stays whole. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let current = '';
    for (const word of paragraph.split(' ')) {
      const next = current === '' ? word : `${current} ${word}`;
      if (current !== '' && widthOf(next) > width) {
        lines.push(current);
        current = word;
      } else current = next;
    }
    lines.push(current);
  }
  return lines.join('\n');
}

/** As `wrap`, with a longer word broken too, so that no line goes past the width and is broken anew where the terminal ends. */
export function fold(text: string, width: number): string {
  return wrap(text, width)
    .split('\n')
    .flatMap((line) => pieces(line, width))
    .join('\n');
}

function pieces(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const out: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of line) {
    const wide = widthOf(character);
    if (used + wide > width) {
      out.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += wide;
  }
  return [...out, piece];
}

/** The text with spaces behind it up to so many columns. */
export function padded(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`;
}
