import { formatInstant } from '../../core/instant.ts';
import { actOnRows } from '../act-on-rows.ts';
import type { Cli } from '../cli.ts';
import { verb } from '../verb.ts';
import { parseWhen, WHEN } from '../when.ts';

export function confirmCommand(cli: Cli) {
  return verb('confirm', 'Stand behind rows: each is opened with your own key and shown, then all are signed for at once.', [
    'memsync confirm mem_…',
    'memsync confirm mem_… mem_… --until 2027-06-30',
    'memsync due --json | memsync confirm --file - --yes',
  ])
    .argument('[id...]', 'the rows')
    .option('--file <file>', 'rows from a file: an id a line, or JSON as `list` prints; “-” for standard input')
    .option('--until <when>', `how long you stand behind them: ${WHEN} (default: as the policy says)`)
    .option('--yes', 'do not ask')
    .action(async (ids, options) => {
      const until = options.until === undefined ? null : parseWhen(options.until, cli.clock.now());
      const long = until === null ? '' : ` until ${formatInstant(until)}`;
      await actOnRows(cli, options, {
        ids,
        question: (rows) => `Stand behind ${rows}${long}?`,
        done: 'confirmed',
        act: (owner, rows) => owner.validate(rows, until),
        facts: { until: until === null ? null : formatInstant(until) },
      });
    });
}
