import type { ErasedBody } from '../../../schemas/owner-event.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Erased } from '../../sdk/erasure.ts';
import type { Owner } from '../../sdk/owner.ts';
import type { Cli } from '../cli.ts';
import { erasable } from '../erasable.ts';
import { shares, tellRows } from '../own-rows.ts';
import { plain } from '../plain.ts';
import { erasureStatus, keepCertificates } from '../render/erasures.ts';
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
    'memsync erase --status --certificate erased.json   # of the last one, also later',
  ])
    .argument('[id...]', 'the rows')
    .option('--file <file>', 'rows from a file: an id a line, or JSON as `list` prints; “-” for standard input')
    .option('--collection <name>', 'a whole collection, and its key')
    .option('--vault', 'everything')
    .option('--status', 'what is certified, and whether anything is still being taken away')
    .option('--certificate <file>', 'write the certificate there')
    .option('--yes', 'do not ask')
    .action(async (ids, options) => {
      const rows = ids.length > 0 || options.file !== undefined;
      const wishes = [rows, options.collection !== undefined, options.vault === true, options.status === true];
      if (wishes.filter(Boolean).length !== 1)
        throw new MemSyncError('usage', 'Name rows (or a --file of them), or a --collection, or --vault: one of the three, or --status.');
      if (options.status === true) return erasureStatus(cli, options);
      const owner = await openOwner(cli);
      await owner.refresh();
      cli.output.note(WARNING);
      const wanted = await wantedOf(cli, owner, ids, options);
      if (!(await sure(cli, options, wanted))) return;
      const erased = await erase(cli, owner, wanted);
      owner.wipe();
      const kept = options.certificate === undefined ? [] : keepCertificates(options.certificate, erased);
      const total = {
        rows: erased.reduce((sum, { rows: some }) => sum + some, 0),
        versions: erased.reduce((sum, { versions }) => sum + versions, 0),
      };
      const certificates = erased.map(({ certificate }) => certificate);
      cli.answer(options, { erased: { ...wanted[0], ...total }, certificate: certificates[0], certificates }, () => {
        const where = kept.length === 0 ? '' : ` Kept in ${kept.join(', ')}: memsync verify checks it.`;
        const names = certificates.map(({ id }) => id).join(', ');
        return `Erased ${count(total.rows, 'row')} (${count(total.versions, 'version')}), gone from the disk. Certificate ${names}.${where}`;
      });
    });
}

/** One after the other: each is gone, and certified, before the next is ordered. */
async function erase(cli: Cli, owner: Owner, wanted: readonly ErasedBody[]): Promise<Erased[]> {
  const erased: Erased[] = [];
  let waited = false;
  const waiting = (): void => {
    cli.output.note(waited ? '.' : 'Nothing of it is served any more. Its last traces are being taken off the disk ');
    waited = true;
  };
  for (const what of wanted) {
    erased.push(await owner.erase(what, waiting));
    if (waited) cli.output.note('\n');
    waited = false;
    if (wanted.length > 1)
      cli.output.note(`\rErasing: ${erased.length} of ${wanted.length} parts${erased.length < wanted.length ? '' : '\n'}`);
  }
  return erased;
}

interface EraseOptions {
  readonly file?: string | undefined;
  readonly collection?: string | undefined;
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

/** What is to be signed: one event, unless more rows are named than one can hold. */
async function wantedOf(cli: Cli, owner: Owner, ids: readonly string[], options: EraseOptions): Promise<ErasedBody[]> {
  if (options.collection !== undefined) {
    const { name } = (await owner.keyring()).byName(options.collection);
    return [{ scope: 'collection', collection: name.collection }];
  }
  if (ids.length === 0 && options.file === undefined) return [{ scope: 'vault' }];
  const chosen = chosenIds(ids, options.file);
  const { rows, damaged, gone } = await erasable(cli, owner, chosen);
  tellRows(cli, rows);
  if (damaged.length > 0) cli.output.note(`${count(damaged.length, 'row')} that does not open: ${damaged.join(', ')}\n`);
  if (gone.length > 0) cli.output.note(`${count(gone.length, 'row')} of these are erased already.\n`);
  const left = [...rows.map(({ row }) => row), ...damaged];
  if (left.length === 0) throw new MemSyncError('memory_erased', 'All of these rows are erased already.');
  return shares(left).map((some) => ({ scope: 'rows', rows: some }));
}

/** Rows take a yes; more than that takes its name, typed. */
async function sure(cli: Cli, options: EraseOptions, wanted: readonly ErasedBody[]): Promise<boolean> {
  if (options.yes === true) return true;
  const rows = wanted.reduce((sum, what) => sum + (what.scope === 'rows' ? what.rows.length : 0), 0);
  if (rows > 0) return agreedTo(cli, options, `Erase ${count(rows, 'row')} for good?`);
  const whole = wanted[0]?.scope === 'vault';
  const name = whole ? 'everything' : (options.collection ?? '');
  const typed = await cli.questions.line(`To erase ${whole ? 'the whole vault' : `the collection “${plain(name)}”`}, type ${name}: `);
  if (typed.trim() === name) return true;
  if (options.json === true) cli.answer(options, { agreed: false }, () => '');
  else cli.output.note('Nothing was done.\n');
  cli.exitCode = 1;
  return false;
}
