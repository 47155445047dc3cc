import { DiscloseRequest } from '../../../schemas/disclosure.ts';
import { MemSyncError } from '../../core/errors.ts';
import { shownIn } from '../../sdk/disclosed.ts';
import type { Cli } from '../cli.ts';
import { writeOutput } from '../input.ts';
import { jsonText } from '../plain.ts';
import { openedFacts } from '../render/opened.ts';
import { WIDTH, wrap } from '../render/table.ts';
import { agreedTo, readingClient } from '../session.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

/** How much of a row's text is shown before it is written, in columns. */
const SHOWN = 400;

export function discloseCommand(cli: Cli) {
  return verb('disclose', 'Open rows of a receipt to a reviewer: a file with their own words, that proves to be genuine.', [
    'memsync disclose rcp_… m1 --out m1.json',
    'memsync disclose rcp_… m1 m3 --out rows.json --yes',
    'memsync verify m1.json --key log-keys.txt   # what the reviewer does',
  ])
    .argument('<receipt>', 'the receipt')
    .argument('<tag...>', 'the tags of its rows, as “memsync receipts show” lists them: m1, m2, …')
    .requiredOption('--out <file>', 'write it there')
    .option('--yes', 'do not ask')
    .action(async (receipt, tags, options) => {
      if (!DiscloseRequest.safeParse({ tags }).success) throw new MemSyncError('usage', 'A tag is m1, m2, and so on.');
      const disclosure = await readingClient(cli).disclose(receipt, tags);
      const shown = shownIn(disclosure);
      const closed = disclosure.bundle.disclosures.tags.length - shown.length;
      cli.output.note(warning(options.out, shown.map(({ tag, opened }) => openedFacts(tag, opened, SHOWN)).join('\n\n'), closed));
      if (!(await agreedTo(cli, options, `Write ${count(shown.length, 'row')} to ${options.out}?`))) return;
      writeOutput(options.out, `${jsonText(disclosure)}\n`);
      const rows = shown.map(({ tag, opened: { header } }) => ({ tag, row: header.row, version: header.version }));
      cli.answer(
        options,
        { receipt, file: options.out, rows, closed },
        () => `${count(shown.length, 'row')} of ${receipt} in ${options.out}. To check it: memsync verify ${options.out} --key …`,
      );
    });
}

function warning(file: string, rows: string, closed: number): string {
  const rest = closed === 1 ? 'Of the other row of the receipt' : `Of the other ${closed} rows of the receipt`;
  const told = [
    'With it go each row’s place in the context block, how it stood and how old it was then, and your signed word for it where you gave one; ' +
      'and what is plain in every bundle of the receipt: vault, model, app, thread, times.',
    ...(closed === 0 ? [] : [`${rest}: that ${closed === 1 ? 'it was' : 'they were'} served, and nothing else.`]),
    'It cannot be taken back: the file can be kept and passed on, and erasing a row later does not reach it.',
  ];
  const opening = wrap(`Whoever gets ${file} will read this, and can prove that it is genuine:`, WIDTH);
  return `${opening}\n\n${rows}\n\n${told.map((line) => wrap(line, WIDTH)).join('\n')}\n`;
}
