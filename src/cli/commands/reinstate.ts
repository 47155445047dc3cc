import { actOnRows } from '../act-on-rows.ts';
import type { Cli } from '../cli.ts';
import { verb } from '../verb.ts';

export function reinstateCommand(cli: Cli) {
  return verb('reinstate', 'Bring back rows that were retracted, replaced, or held down by a restore: as they were, and no fresher.', [
    'memsync reinstate mem_…',
    'memsync list --standing retracted --json | memsync reinstate --file -',
  ])
    .argument('[id...]', 'the rows')
    .option('--file <file>', 'rows from a file: an id a line, or JSON as `list` prints; “-” for standard input')
    .option('--yes', 'do not ask')
    .action(async (ids, options) => {
      await actOnRows(cli, options, {
        ids,
        question: (rows) => `Reinstate ${rows}? They come back unconfirmed where you had retracted them.`,
        done: 'reinstated',
        act: (owner, rows) => owner.reinstate(rows),
      });
    });
}
