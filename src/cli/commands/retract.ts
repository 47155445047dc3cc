import { actOnRows } from '../act-on-rows.ts';
import type { Cli } from '../cli.ts';
import { verb } from '../verb.ts';

export function retractCommand(cli: Cli) {
  return verb('retract', 'Take rows out of use: nothing serves them, and only the app that wrote one still sees it.', [
    'memsync retract mem_…',
    'memsync retract mem_… mem_… --yes',
    'memsync list --category travel --all --json | memsync retract --file - --yes',
  ])
    .argument('[id...]', 'the rows')
    .option('--file <file>', 'rows from a file: an id a line, or JSON as `list` prints; “-” for standard input')
    .option('--yes', 'do not ask')
    .action(async (ids, options) => {
      await actOnRows(cli, options, {
        ids,
        question: (rows) => `Retract ${rows}?`,
        done: 'retracted',
        act: (owner, rows) => owner.retract(rows),
      });
    });
}
