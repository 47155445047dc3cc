import type { CaseMoment, Milestone } from '../../../../schemas/case.ts';
import { cut, padded } from '../table.ts';
import { told as theirs } from '../standing/facts.ts';
import { statusWords } from './claims.ts';
import { line, type Sheet, stamp } from './sheet.ts';

/** How many moments one screen has room for: the first ones, and the last. */
const FIRST = 2;
const LAST = 7;

const WORDS: Partial<Record<Milestone, string>> = { handed_over: 'handed over', given_up: 'given up' };
const LOUD: ReadonlySet<Milestone> = new Set(['failed', 'overridden', 'reopened', 'given_up']);

/** What happened, a line each, in the log's order, with what was on the screen at each viewing and decision. */
export function timelineLines(sheet: Sheet, timeline: readonly CaseMoment[]): string[] {
  const left = timeline.length - FIRST - LAST;
  if (sheet.whole || left <= 1) return timeline.flatMap((moment) => one(sheet, moment));
  return [
    ...timeline.slice(0, FIRST).flatMap((moment) => one(sheet, moment)),
    `  … ${left} more, with --all`,
    ...timeline.slice(-LAST).flatMap((moment) => one(sheet, moment)),
  ];
}

function one(sheet: Sheet, { what, at, logIndex, by, detail, screen }: CaseMoment): string[] {
  const who = cut(theirs(by.name ?? by.id), 12);
  const head = `${padded(`#${logIndex}`, 6)} ${stamp(at)}  ${padded(WORDS[what] ?? what, 11)}  ${padded(who, 12)}`;
  const saw =
    screen === null ? [] : [`saw ${screen.logSize} entries, gate ${screen.gateOpen ? 'open' : 'SHUT'}: ${statusWords(screen.claims)}`];
  const words = [...(what === 'viewed' || detail === '' ? [] : [theirs(detail)]), ...saw].join(' ');
  const lines = line(sheet, `${head}  ${words}`, 2);
  return LOUD.has(what) ? lines.map((text) => sheet.output.style('red', text)) : lines;
}
