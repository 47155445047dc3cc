import type { Absence, DiffLine, DiffReply, DiffSubject } from '../../../schemas/diff.ts';
import type { Output } from '../output.ts';
import { plain, quoted } from '../plain.ts';
import { count, lengthInWords } from '../words.ts';
import { cut, facts, WIDTH, wrap } from './table.ts';

/** How the subjects that belong to no row are called. */
const NAMES: Readonly<Partial<Record<DiffSubject, string>>> = {
  'model.label': 'model',
  'model.provider': 'provider',
  'model.blobId': 'model’s blob',
  'model.sha256': 'model’s digest',
  'app.name': 'app',
  'app.version': 'app version',
  'promptTemplate.id': 'prompt template',
  'promptTemplate.sha256': 'its digest',
  tool: 'tool',
  grant: 'grant',
  engine: 'engine',
  index: 'index (vectors)',
  build: 'build',
  policy: 'policy',
  query: 'query',
  limit: 'rows asked for',
  maxTokens: 'tokens at most',
  includeDormant: 'dormant rows too',
  collections: 'collections',
  categories: 'categories',
};

/** What changed, the app's side first, then how it was searched, then row by row. */
export function diffText(output: Output, { from, to, lines, same }: DiffReply): string {
  const about = facts([
    ['from', `${from.receipt ?? 'now'}, ${from.evaluatedAt}, ${count(from.rows, 'row')}`],
    ['to', `${to.receipt ?? 'now'}, ${to.evaluatedAt}, ${count(to.rows, 'row')}`],
    ['ledger', ledgerText(from.head.seq, to.head.seq)],
  ]);
  const settings = lines
    .filter(({ what }) => NAMES[what] !== undefined)
    .map((line): [string, string] => [NAMES[line.what] ?? '', changed(line)]);
  const rows = rowParagraphs(output, lines);
  const isNothing = settings.length === 0 && rows.length === 0;
  const rest = same === 0 ? [] : [`${count(same, 'row')} unchanged.`];
  return [
    about,
    ...(isNothing
      ? [`${output.style('green', 'Nothing changed')}: the same rows, under the same settings. A model may still answer otherwise.`]
      : []),
    ...(settings.length === 0 ? [] : [`${output.style('bold', 'Changed')}\n${facts(settings)}`]),
    ...(rows.length === 0 ? [] : [`${output.style('bold', 'Rows')}\n${rows.join('\n')}`]),
    ...(isNothing ? [] : rest),
  ].join('\n\n');
}

function ledgerText(from: number, to: number): string {
  const far = Math.abs(to - from);
  return far === 0 ? `no event in between (${from})` : `${count(far, 'event')} ${to > from ? 'on' : 'back'} (${from} → ${to})`;
}

function changed({ what, from, to }: DiffLine): string {
  if (what === 'query') return `${shown(from === null ? null : quoted(from))} → ${shown(to === null ? null : quoted(to))}`;
  return `${shown(from)} → ${shown(to)}`;
}

/** A value in few words; digests by their beginning. */
function shown(value: string | null): string {
  return value === null ? 'none' : plain(value).replaceAll(/[0-9a-f]{64}/g, (digest) => `${digest.slice(0, 12)}…`);
}

const WHY: Readonly<Record<Absence, string>> = {
  not_yet: 'not remembered yet',
  erased: 'erased',
  retracted: 'retracted by the owner',
  superseded: 'superseded',
  collection: 'its collection is not searched',
  category: 'its category is not searched',
  dormant: 'dormant',
  outranked: 'others come before it',
  no_room: 'no room for it in the context block',
  not_found: 'nothing in the query leads to it',
  withheld: 'it may be among those that are not disclosed',
  unknown: 'why is not known',
};

/** Row by row, in the order in which they are told: each on a line, with its words below. */
function rowParagraphs(output: Output, lines: readonly DiffLine[]): string[] {
  const byRow = Map.groupBy(
    lines.filter(({ what }) => what.startsWith('row.')),
    ({ row }) => row ?? '',
  );
  return [...byRow].map(([row, some]) => {
    const colour = some.some(({ what }) => what === 'row.added')
      ? 'green'
      : some.some(({ what }) => what === 'row.age')
        ? 'gray'
        : 'yellow';
    const sign = some.some(({ what }) => what === 'row.added')
      ? '+'
      : some.some(({ what }) => what === 'row.gone' || what === 'row.erased')
        ? '-'
        : '~';
    const said = wrap(some.map(rowText).join('; '), WIDTH - 4).replaceAll('\n', '\n    ');
    const texts = some.flatMap(({ text }) => (text === undefined ? [] : textLines(text)));
    return [`  ${output.style(colour, sign)} ${row}`.trimEnd(), `    ${said}`, ...texts].join('\n');
  });
}

function textLines({ from, to }: NonNullable<DiffLine['text']>): string[] {
  const said =
    from === to || to === null
      ? [['', from]]
      : from === null
        ? [['', to]]
        : [
            ['was ', from],
            ['is  ', to],
          ];
  return said.map(([name, text]) => cut(`    ${name ?? ''}${quoted(text ?? '')}`, WIDTH));
}

function rowText({ what, from, to, why, by }: DiffLine): string {
  switch (what) {
    case 'row.added':
      return `now there as ${to ?? ''}${why === undefined ? '' : `; before: ${WHY[why]}${by === undefined ? '' : ` by ${by}`}`}`;
    case 'row.gone':
      return `gone, was ${from ?? ''}${why === undefined ? '' : `: ${WHY[why]}${by === undefined ? '' : ` by ${by}`}`}`;
    case 'row.erased':
      return `erased; was ${from ?? to ?? 'not there'}`;
    case 'row.withheld':
      return `rows that are not disclosed: ${from ?? '0'} → ${to ?? '0'}`;
    case 'row.version':
      return `edited, version ${from ?? ''} → ${to ?? ''}`;
    case 'row.validation':
      return to === null ? 'no longer confirmed in this version' : `confirmed by the owner ${to.slice(0, 10)}`;
    case 'row.age':
      return `${lengthInWords(Number(from))} old → ${lengthInWords(Number(to))} old`;
    default:
      return `${what.slice('row.'.length)} ${shown(from)} → ${shown(to)}`;
  }
}
