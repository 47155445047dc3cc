import { formatInstant } from '../../core/instant.ts';
import type { OwnRow } from '../../sdk/own-row.ts';
import type { Cli } from '../cli.ts';
import { ownRows, tellRows } from '../own-rows.ts';
import { agreedTo, openOwner } from '../session.ts';
import { verb } from '../verb.ts';
import { parseWhen, WHEN } from '../when.ts';
import { count } from '../words.ts';

export function confirmCommand(cli: Cli) {
  return verb('confirm', 'Stand behind rows: each is opened with your own key and shown, then all are signed for at once.', [
    'memsync confirm mem_…',
    'memsync confirm mem_… mem_… --until 2027-06-30',
    'MEMSYNC_PASSPHRASE=… memsync confirm mem_… --yes --json',
  ])
    .argument('<id...>', 'the rows')
    .option('--until <when>', `how long you stand behind them: ${WHEN} (default: as the policy says)`)
    .option('--yes', 'do not ask')
    .action(async (ids, options) => {
      const until = options.until === undefined ? null : parseWhen(options.until, cli.clock.now());
      const owner = await openOwner(cli);
      await owner.refresh();
      const rows = await ownRows(owner, ids);
      tellRows(cli, rows);
      if (
        !(await agreedTo(
          cli,
          options,
          `Stand behind ${count(rows.length, 'row')}${until === null ? '' : ` until ${formatInstant(until)}`}?`,
        ))
      )
        return;
      const { seq, head } = await owner.validate(rows, until);
      owner.wipe();
      const confirmed = rows.map(({ row, version, commitment }: OwnRow) => ({ id: row, version, commitment }));
      cli.answer(
        options,
        { confirmed, until: until === null ? null : formatInstant(until), seq, head },
        () => `Confirmed ${count(rows.length, 'row')}, as event ${seq}.`,
      );
    });
}
