import { MemSyncError } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { findGrant } from '../grant-name.ts';
import { plain } from '../plain.ts';
import { chosenIds } from '../row-ids.ts';
import { agreedTo, openOwner } from '../session.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

export function dismissCommand(cli: Cli) {
  return verb('dismiss', 'Dismiss doubts: all that one app has raised, or all about some rows. You do not confirm the rows by it.', [
    'memsync dismiss "Trip planner"',
    'memsync dismiss --row mem_… --row mem_…',
    'memsync dismiss "Trip planner" --row mem_…',
  ])
    .argument('[grant]', 'whose doubts: its label, or the grant’s id')
    .option(
      '--row <id>',
      'about this row (may be said again)',
      (id: string, ids: readonly string[]) => [...ids, id],
      [] as readonly string[],
    )
    .option('--file <file>', 'about the rows in a file; “-” for standard input')
    .option('--yes', 'do not ask')
    .action(async (name, options) => {
      const named = options.row.length > 0 || options.file !== undefined;
      if (name === undefined && !named) throw new MemSyncError('usage', 'Say whose doubts to dismiss, or about which rows (--row).');
      const rows = named ? chosenIds(options.row, options.file) : [];
      const owner = await openOwner(cli);
      await owner.refresh();
      const grant = name === undefined ? null : await findGrant(owner, name);
      const whose = grant === null ? 'All doubts' : `The doubts of “${plain(grant.label)}”`;
      const which = rows.length === 0 ? '' : ` about ${count(rows.length, 'row')}`;
      if (!(await agreedTo(cli, options, `Dismiss? ${whose}${which}, as raised so far.`))) return;
      const { seq, head } = await owner.dismiss(grant?.id ?? null, rows);
      owner.wipe();
      cli.answer(options, { grant: grant?.id ?? null, rows, seq, head }, () => `Dismissed, as event ${seq}. ${whose}${which} are gone.`);
    });
}
