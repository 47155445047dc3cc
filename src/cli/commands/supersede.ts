import type { Cli } from '../cli.ts';
import { ownRows, tellRows } from '../own-rows.ts';
import { agreedTo, openOwner } from '../session.ts';
import { verb } from '../verb.ts';

export function supersedeCommand(cli: Cli) {
  return verb('supersede', 'Put one row in the place of another: the old one is kept, and served no more.', [
    'memsync supersede mem_OLD mem_NEW',
  ])
    .argument('<old>', 'the row that no longer holds')
    .argument('<new>', 'the row that took its place')
    .option('--yes', 'do not ask')
    .action(async (old, next, options) => {
      const owner = await openOwner(cli);
      await owner.refresh();
      const [replaced, by] = await ownRows(cli, owner, [old, next]);
      if (replaced === undefined || by === undefined) throw new RangeError('two rows were asked for');
      tellRows(cli, [replaced, by]);
      if (!(await agreedTo(cli, options, 'Put the second in the place of the first?'))) return;
      const { seq, head } = await owner.supersede([{ replaced, by }]);
      owner.wipe();
      cli.answer(options, { superseded: old, by: next, seq, head }, () => `Superseded, as event ${seq}.`);
    });
}
