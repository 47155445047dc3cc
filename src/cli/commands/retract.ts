import type { Cli } from '../cli.ts';
import { ownRows, tellRows } from '../own-rows.ts';
import { agreedTo, openOwner } from '../session.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

export function retractCommand(cli: Cli) {
  return verb('retract', 'Take rows out of use: they are shown to no app again.', [
    'memsync retract mem_…',
    'memsync retract mem_… mem_… --yes',
  ])
    .argument('<id...>', 'the rows')
    .option('--yes', 'do not ask')
    .action(async (ids, options) => {
      const owner = await openOwner(cli);
      await owner.refresh();
      const rows = await ownRows(owner, ids);
      tellRows(cli, rows);
      if (!(await agreedTo(cli, options, `Retract ${count(rows.length, 'row')}?`))) return;
      const { seq, head } = await owner.retract(rows);
      owner.wipe();
      const retracted = rows.map(({ row, version, commitment }) => ({ id: row, version, commitment }));
      cli.answer(options, { retracted, seq, head }, () => `Retracted ${count(rows.length, 'row')}, as event ${seq}.`);
    });
}
