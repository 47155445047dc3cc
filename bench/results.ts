import { availableParallelism } from 'node:os';
import type { Figure, Section } from './figure.ts';
import { tableOf } from './standing.ts';

/** The results as a page of Markdown. */
export function pageOf(sections: readonly Section[], quick: boolean): string {
  return [
    '# Figures',
    '',
    `Made by \`npm run bench${quick ? ' -- --quick' : ''}\` with Node ${process.versions.node} on ${availableParallelism()} cores. Figures of one machine and one`,
    'hour: what travels is the ratio to the floor, which is measured in the same run, in turn with what it is a floor to.',
    '',
    ...sections.flatMap(sectionOf),
  ].join('\n');
}

function sectionOf({ title, text, unit, figures, standings = [] }: Section): string[] {
  const table = figures.length === 0 ? [] : figureTable(unit, figures);
  return [`## ${title}`, '', text, '', ...table, ...tableOf(standings)];
}

function figureTable(unit: string, figures: readonly Figure[]): string[] {
  const head = ['', `${unit} a second`, 'p50', 'p99', 'floor', 'floor a second', 'ratio'];
  const rows = figures.map((figure) => cellsOf(figure));
  return [line(head), line(head.map((_, i) => (i === 0 || i === 4 ? '---' : '---:'))), ...rows.map(line), ''];
}

function cellsOf({ what, perSecond, p50, p99, floor }: Figure): string[] {
  const beside = floor === undefined ? ['', '', ''] : [floor.what, count(floor.perSecond), floor.ratio.toFixed(2)];
  return [what, count(perSecond), time(p50), time(p99), ...beside];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function count(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en');
}

function time(ms: number | undefined): string {
  if (ms === undefined) return '';
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}
