import type { Instant } from '../../../core/instant.ts';
import type { Output } from '../../output.ts';
import { plain } from '../../plain.ts';
import { told as theirs } from '../standing/facts.ts';
import { cut, fold, padded, WIDTH } from '../table.ts';

/** How wide a case is laid out at most: longer lines are hard to read. */
const WIDEST = 120;

/** Columns that a name may take. */
const LONGEST_NAME = 40;

/** What the parts of a case's page are made with. */
export interface Sheet {
  readonly output: Output;
  readonly now: Instant;
  /** Columns of a line. */
  readonly width: number;
  /** All that there is, on as many lines as it takes; otherwise what goes on one screen. */
  readonly whole: boolean;
}

/** A page for what is printed to: as wide as the screen, from 80 columns to 120. */
export function sheetFor(output: Output, now: Instant, whole: boolean): Sheet {
  return { output, now, width: Math.min(WIDEST, Math.max(WIDTH, output.columns ?? WIDTH)), whole };
}

/** A title with its lines; nothing where there are none. */
export function section(sheet: Sheet, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [...(sheet.whole ? [''] : []), sheet.output.style('bold', cut(title, sheet.width)), ...lines];
}

/** How much further in a line goes on: where no line of ours begins, so that words of others at its beginning pass for nothing. */
const HANG = 6;

/** Our own words, set in, on as many lines as they take. */
export function told(sheet: Sheet, words: string, indent: number): string[] {
  if (fits(sheet, words, indent)) return set([words], ' '.repeat(indent));
  const [first = '', ...more] = fold(words, sheet.width - indent - HANG).split('\n');
  return [...set([first], ' '.repeat(indent)), ...set(more, ' '.repeat(indent + HANG))];
}

/** Whether words, set in, fit on one line. */
export function fits(sheet: Sheet, words: string, indent: number): boolean {
  return fold(words, sheet.width - indent) === words;
}

/** Our own words, set in; on one screen cut to one line. */
export function line(sheet: Sheet, words: string, indent: number): string[] {
  return sheet.whole ? told(sheet, words, indent) : set([cut(words, sheet.width - indent)], ' '.repeat(indent));
}

/** Somebody else's words: each line has its mark, so that none can be taken for one of ours. On one screen two lines at most. */
export function quote(sheet: Sheet, text: string, indent: number): string[] {
  const lines = fold(plain(text), sheet.width - indent - 2).split('\n');
  const [first = '', second = '', ...more] = lines;
  const shown = sheet.whole || more.length === 0 ? lines : [first, cut(`${second} ${more.join(' ')}`, sheet.width - indent - 2)];
  return set(shown, `${' '.repeat(indent)}> `);
}

/** `  name  value` lines, the values one under another. */
export function pairs(sheet: Sheet, all: readonly (readonly [name: string, value: string])[]): string[] {
  const indent = Math.max(0, ...all.map(([name]) => name.length)) + 4;
  return all.flatMap(([name, value]) => {
    const [first = '', ...more] = fold(value, sheet.width - indent).split('\n');
    return [`  ${padded(name, indent - 2)}${first}`, ...set(more, ' '.repeat(indent))];
  });
}

/** A name that somebody was given, as it goes into a line of ours. */
export function named(name: string): string {
  return cut(theirs(name), LONGEST_NAME);
}

/** `2026-11-21 09:30:12`, of an instant in an answer; in UTC. */
export function stamp(wire: string): string {
  return `${wire.slice(0, 10)} ${wire.slice(11, 19)}`;
}

function set(lines: readonly string[], before: string): string[] {
  return lines.map((one) => `${before}${one}`.trimEnd());
}
