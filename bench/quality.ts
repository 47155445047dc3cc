import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WEIGHT } from '../src/retrieval/weighing.ts';
import { conversations, type EvalSet, plainFacts, talks } from './retrieval/eval-set.ts';

import { scoreSet } from './retrieval/score-set.ts';

/**
 * `node bench/quality.ts [--set locomo-dev|beam-dev|facts|talks]`: what each ingredient of ranking gives, as the table in docs/retrieval.md: how far nDCG@10
 * and R@10 fall, in points, where it is left out. `--without <ingredient>` (or `everything`, `nothing`) prints all figures of that one ranking as JSON.
 */
const { values } = parseArgs({ options: { set: { type: 'string' }, without: { type: 'string' } } });

/** What the weights of an ingredient are where it is left out. */
const INGREDIENTS: Readonly<Record<string, Partial<Record<keyof typeof WEIGHT, number | readonly number[]>>>> = {
  'kindred words': { synonym: 0, family: 0, kind: 0 },
  'categories that words belong to': { category: 0 },
  'words that begin like one that nothing has': { beginning: 0 },
  'a word by another for it, or in another passage, counts': { covered: 0 },
  'words that frame a question count less': { frame: 1 },
  'names of speakers count less as words': { speakerName: 1 },
  'turns around': { before: [0, 0, 0], after: [0, 0, 0], beforeReply: [0, 0, 0], afterReply: [0, 0, 0] },
  'the turn before is a question': { answered: 0 },
  'the rest of the conversation': { thread: 0 },
  'said by whom the question names': { speaker: 0, speakerFactor: 1 },
  'days that the question names': { date: 0, day: 0 },
  'asks when: a time in the row': { time: 0, dated: 0 },
  'asks how many: a number in the row': { number: 0 },
  'asks where: a place in the row': { place: 0 },
  'asks for help: a preference in the row': { prefers: 0 },
  'asks what the assistant said': { assistant: 0 },
  'first person': { firstPerson: 0 },
  'a question is no answer': { askingFactor: 1 },
  'an assistant’s words count less': { assistantFactor: 1 },
};

/** By set and group: nDCG@10 and R@10. */
type Figures = Record<string, readonly [ndcg10: number, recall10: number]>;

const SETS: Readonly<Record<string, () => EvalSet | null>> = {
  'locomo-dev': () => conversations('locomo-dev'),
  'beam-dev': () => conversations('beam-dev'),
  facts: plainFacts,
  talks,
};

if (values.without === undefined) table();
else console.log(JSON.stringify(await figuresWithout(values.without)));

async function figuresWithout(name: string): Promise<Figures> {
  for (const [ingredient, weights] of Object.entries(INGREDIENTS))
    if (name === ingredient || name === 'everything') Object.assign(WEIGHT, weights);
  if (!['everything', 'nothing', 'fts5', ...Object.keys(INGREDIENTS)].includes(name)) throw new Error(`There is no ingredient “${name}”.`);
  // Loaded only now: some tables are made of the weights when they are loaded.
  const { fts5Ranker, ourRanker } = await import('./retrieval/rankers.ts');
  const figures: Figures = {};
  for (const [key, read] of Object.entries(SETS)) {
    const set = values.set === undefined || values.set === key ? read() : null;
    if (set === null) continue;
    for (const [group, { ndcg10, recall10 }] of scoreSet(set, name === 'fts5' ? fts5Ranker : ourRanker))
      if (group === 'headline' || group === 'adversarial') figures[`${key}, ${group}`] = [100 * ndcg10, 100 * recall10];
  }
  return figures;
}

function table(): void {
  const whole = figuresOf('nothing');
  const groups = Object.keys(whole);

  const plain = (figures: Figures): string[] =>
    groups.map((group) => (figures[group] ?? []).map((figure) => figure.toFixed(1)).join(' / '));
  console.log(row('nDCG@10 / R@10', groups));
  console.log(
    row(
      '---',
      groups.map(() => '---'),
    ),
  );
  console.log(row('all of it', plain(whole)));
  for (const name of Object.keys(INGREDIENTS)) {
    const without = figuresOf(name);
    console.log(
      row(
        `without: ${name}`,
        groups.map((group) => (whole[group] ?? []).map((figure, i) => signed((without[group]?.[i] ?? 0) - figure)).join(' / ')),
      ),
    );
  }
  console.log(row('words alone', plain(figuresOf('everything'))));
  console.log(row('FTS5', plain(figuresOf('fts5'))));
}

function row(name: string, cells: readonly string[]): string {
  return `| ${name} | ${cells.join(' | ')} |`;
}

function figuresOf(name: string): Figures {
  const set = values.set === undefined ? [] : ['--set', values.set];
  return JSON.parse(
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--without', name, ...set], { encoding: 'utf8' }),
  ) as Figures;
}

function signed(difference: number): string {
  const text = difference.toFixed(1);
  return text === '-0.0' || text === '0.0' ? '0' : text.replace(/^-/, '−').replace(/^(?=\d)/, '+');
}
