import type { ErasedBody } from '../../../schemas/owner-event.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Owner } from '../../sdk/owner.ts';
import type { Cli } from '../cli.ts';
import { writeOutput } from '../input.ts';
import { ownRows, tellRows } from '../own-rows.ts';
import { jsonText, plain } from '../plain.ts';
import { chosenIds } from '../row-ids.ts';
import { agreedTo, openOwner } from '../session.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

const WARNING = `Erasing is for good: texts, all versions, keys, what receipts disclose of them, and the
service's own traces on its disk. It stays on record that there was something, and when.
It does not reach what apps have read, your exports, or old backups of the service: who
holds a key of then can open those until they are deleted.
`;

export function eraseCommand(cli: Cli) {
  return verb('erase', 'Erase rows, a collection or the whole vault, for good; you get a certificate that it is gone.', [
    'memsync erase mem_… mem_…',
    'memsync list --category health --all --json | memsync erase --file -',
    'memsync erase --collection work --certificate erased.json',
    'memsync erase --vault',
  ])
    .argument('[id...]', 'the rows')
    .option('--file <file>', 'rows from a file: an id a line, or JSON as `list` prints; “-” for standard input')
    .option('--collection <name>', 'a whole collection, and its key')
    .option('--vault', 'everything')
    .option('--certificate <file>', 'write the certificate there')
    .option('--yes', 'do not ask')
    .action(async (ids, options) => {
      const wishes = [ids.length > 0 || options.file !== undefined, options.collection !== undefined, options.vault === true];
      if (wishes.filter(Boolean).length !== 1)
        throw new MemSyncError('usage', 'Name rows (or a --file of them), or a --collection, or --vault: one of the three.');
      const owner = await openOwner(cli);
      await owner.refresh();
      cli.output.note(WARNING);
      const what = await wanted(cli, owner, ids, options);
      if (!(await sure(cli, options, what))) return;
      const { certificate, rows, versions } = await owner.erase(what);
      owner.wipe();
      if (options.certificate !== undefined) writeOutput(options.certificate, `${jsonText(certificate.certificate)}\n`);
      const kept = options.certificate === undefined ? '' : ` The certificate is in ${options.certificate}: memsync verify checks it.`;
      cli.answer(options, { erased: { ...what, rows, versions }, certificate }, () => {
        return `Erased ${count(rows, 'row')} (${count(versions, 'version')}), gone from the disk. Certificate ${certificate.id}.${kept}`;
      });
    });
}

interface EraseOptions {
  readonly file?: string | undefined;
  readonly collection?: string | undefined;
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

async function wanted(cli: Cli, owner: Owner, ids: readonly string[], options: EraseOptions): Promise<ErasedBody> {
  if (options.collection !== undefined) {
    const { name } = (await owner.keyring()).byName(options.collection);
    return { scope: 'collection', collection: name.collection };
  }
  if (ids.length === 0 && options.file === undefined) return { scope: 'vault' };
  const rows = chosenIds(ids, options.file);
  tellRows(cli, await ownRows(cli, owner, rows));
  return { scope: 'rows', rows };
}

/** Rows take a yes; more than that takes its name, typed. */
async function sure(cli: Cli, options: EraseOptions, what: ErasedBody): Promise<boolean> {
  if (options.yes === true) return true;
  if (what.scope === 'rows') return agreedTo(cli, options, `Erase ${count(what.rows.length, 'row')} for good?`);
  const name = what.scope === 'vault' ? 'everything' : (options.collection ?? '');
  const typed = await cli.questions.line(
    `To erase ${what.scope === 'vault' ? 'the whole vault' : `the collection “${plain(name)}”`}, type ${name}: `,
  );
  if (typed.trim() === name) return true;
  cli.output.note('Nothing was done.\n');
  cli.exitCode = 1;
  return false;
}
