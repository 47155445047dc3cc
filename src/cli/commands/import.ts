import { extname } from 'node:path';
import { MemSyncError } from '../../core/errors.ts';
import { DEFAULT_MAPPING, type Field, Mapping } from '../../sdk/transfer/mapping.ts';
import type { Cli } from '../cli.ts';
import { readJson } from '../input.ts';
import { plain } from '../plain.ts';
import { facts, WIDTH, wrap } from '../render/table.ts';
import { readingClient } from '../session.ts';
import { paceNotes } from '../transfer/pace.ts';
import { importRows, type RowsImported } from '../transfer/row-import.ts';
import { isExport } from '../transfer/row-source.ts';
import { keyOf } from '../transfer/secret.ts';
import { importVault, type VaultImported } from '../transfer/vault-import.ts';
import { oneOf, several, verb } from '../verb.ts';
import { count } from '../words.ts';

const ABOUT = `
An export of yours becomes the same vault at MEMSYNC_URL: identities, times,
confirmations, grants, receipts. All of it is verified, and all or nothing is
taken up. Where the vault is there already and goes further, nothing changes.
With --as-rows, or from JSON Lines and CSV, rows land in your own vault: as
imported, never confirmed, background at best, each with its own age. A second
import adds nothing. For other products' files name the fields:
  --map text=note,observedAt=date,category=tag
or in a file, with several places each and constants: --mapping map.json`;

const FORMATS = ['export', 'jsonl', 'csv'] as const;

export function importCommand(cli: Cli) {
  return verb('import', 'Take up an export as the vault it is, or rows from elsewhere.', [
    'memsync import my.age',
    'memsync import my.age --as-rows --collection old --dry-run',
    'memsync import notes.csv --map text=note,observedAt=date',
  ])
    .argument('<file>', 'an export, JSON Lines, or CSV')
    .option('--dry-run', 'only say what would come of it')
    .option('--as-rows', 'only the rows of an export, into a vault of yours')
    .option('--collection <name>', 'put all rows into this collection')
    .option('--map <field=name,…>', 'which of a record’s fields is which of ours', several)
    .option('--mapping <file>', 'the same in JSON; see docs/formats.md')
    .option('--skip-bad', 'leave out lines that make no row, and take the others')
    .option('--format <format>', 'export, jsonl or csv (by the file)', oneOf(FORMATS))
    .option('--delimiter <char>', 'of CSV: a comma, a semicolon, or tab', oneOf([',', ';', 'tab']))
    .option('--identity <file>', 'an age identity that opens the file')
    .option('--root <file>', 'your root, where there is no owner’s folder')
    .addHelpText('after', ABOUT)
    .action(async (path, options) => {
      const key = await keyOf(cli, path, options.identity);
      const format = options.format ?? ((await isExport(path, key)) ? 'export' : formatOf(path));
      const dryRun = options.dryRun === true;
      if (format === 'export' && options.asRows !== true) {
        if ([options.collection, options.map, options.mapping, options.skipBad].some((option) => option !== undefined))
          throw new MemSyncError('usage', 'An export of a vault is taken up whole; for its rows alone, add --as-rows.');
        const imported = await importVault(cli, { path, key, root: options.root, dryRun });
        cli.answer(options, vaultAnswer(imported, dryRun), () => vaultTold(imported, dryRun));
        return;
      }
      if (format === 'export' && options.skipBad === true)
        throw new MemSyncError('usage', 'An export is whole, or damaged: --skip-bad is for other files.');
      const file = {
        path,
        key,
        format,
        delimiter: options.delimiter === 'tab' ? ('\t' as const) : (options.delimiter ?? ','),
        mapping: mappingOf(options.map, options.mapping),
        collection: options.collection ?? null,
        now: cli.clock.now(),
      };
      const wish = { dryRun, skipBad: options.skipBad === true };
      const imported = await importRows(readingClient(cli), file, wish, paceNotes(cli.output, cli.clock, 'rows'));
      const refused = imported.report.refused > 0 && !wish.skipBad;
      if (refused || imported.report.rows === 0) cli.exitCode = 1;
      cli.answer(options, rowsAnswer(imported, dryRun, refused), () => rowsTold(imported, dryRun, refused));
    });
}

/** @throws {MemSyncError} `usage` */
function formatOf(path: string): 'jsonl' | 'csv' {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv' || extension === '.tsv') return 'csv';
  if (extension === '.jsonl' || extension === '.ndjson' || extension === '.json') return 'jsonl';
  throw new MemSyncError('usage', 'The file’s name does not say what it is: add --format jsonl or csv.');
}

/** @throws {MemSyncError} `usage` */
function mappingOf(map: readonly string[] | undefined, file: string | undefined): Mapping {
  if (map !== undefined && file !== undefined) throw new MemSyncError('usage', 'Give --map or --mapping, not both.');
  if (map === undefined && file === undefined) return DEFAULT_MAPPING;
  const pairs = (map ?? []).map((pair): [string, Field] => {
    const at = pair.indexOf('=');
    if (at < 1) throw new MemSyncError('usage', `“${pair}” names no field; write --map text=note,observedAt=date.`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const parsed = Mapping.safeParse(file === undefined ? Object.fromEntries(pairs) : readJson(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new MemSyncError('usage', `The mapping does not read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
  }
  return parsed.data;
}

function vaultAnswer({ checked, outlook, done }: VaultImported, dryRun: boolean) {
  const { vault, head, keys, exportedAt } = checked.about;
  const { outcome, head: before } = outlook;
  return { vault, outcome, dryRun, head, before, exportedAt, counts: checked.counts, imported: done, keys: keys.trimEnd().split('\n') };
}

function vaultTold({ checked, outlook, done }: VaultImported, dryRun: boolean): string {
  const { about, counts } = checked;
  const vault = `Vault ${about.vault.slice(0, 12)}…`;
  if (outlook.outcome === 'present') {
    const at = outlook.head?.seq ?? 0;
    return wrap(
      `${vault} is here already, at event ${at}; the export ends at event ${about.head.seq}. Nothing was added, and nothing comes back.`,
      WIDTH,
    );
  }
  const before = outlook.head === null ? 'is not here' : `is here up to event ${outlook.head.seq}`;
  if (done === null) {
    const what = dryRun ? 'would be taken up' : 'was not taken up';
    return wrap(
      `${vault} ${before}; the export verifies, and ${what} to event ${about.head.seq}: ${count(about.rows, 'row')}, ${count(counts['receipt'] ?? 0, 'receipt')}.`,
      WIDTH,
    );
  }
  return [
    wrap(`${vault} ${before === 'is not here' ? 'was taken up' : 'was brought forward'} to event ${about.head.seq}.`, WIDTH),
    '',
    facts([
      ['rows', String(done.rows)],
      ['versions', String(done.versions)],
      ['receipts', String(done.receipts)],
      ['evidence', evidenceTold(done)],
    ]),
    '',
    wrap(
      'Tokens and grants work here as they did. Receipts from before are verified with the keys of the service that issued them:',
      WIDTH,
    ),
    ...about.keys
      .trimEnd()
      .split('\n')
      .map((line) => `  ${plain(line)}`),
  ].join('\n');
}

function rowsAnswer({ report, added, present }: RowsImported, dryRun: boolean, stopped: boolean) {
  const { rows, refused, withoutTime, categoryUnknown } = report;
  const errors = report.errors.map(({ message }) => message);
  return { dryRun, written: !dryRun && !stopped, rows, added, present, refused, withoutTime, categoryUnknown, errors };
}

function rowsTold({ report, added, present }: RowsImported, dryRun: boolean, stopped: boolean): string {
  const { rows, refused, withoutTime, categoryUnknown, errors } = report;
  const lines = errors.map(({ message }) => plain(message));
  if (refused > errors.length) lines.push(`… and ${refused - errors.length} more.`);
  if (rows === 0) return [...lines, 'There is no row in the file.'].join('\n');
  const again = 'Nothing was written. Mend them, or leave them out with --skip-bad.';
  if (stopped && !dryRun) return [...lines, `${count(refused, 'line')} of ${rows + refused} make no row. ${again}`].join('\n');
  const verb = dryRun ? 'would be added' : 'added';
  return [
    ...lines,
    `${count(added, 'row')} ${verb}: imported, not confirmed, background at best.`,
    ...(present > 0 ? [`${count(present, 'row')} there already, left as they are.`] : []),
    ...(refused > 0 ? [`${count(refused, 'line')} left out.`] : []),
    ...(withoutTime > 0 ? [`${count(withoutTime, 'row')} with no time of their own: their age counts from now.`] : []),
    ...(categoryUnknown > 0 ? [`${count(categoryUnknown, 'row')} of a category that is none here: put into “private”.`] : []),
  ].join('\n');
}

/** What came after receipts, and how much of it could not be taken. */
function evidenceTold({ addenda, addendaLeftOut }: { readonly addenda: number; readonly addendaLeftOut: number }): string {
  if (addendaLeftOut === 0) return String(addenda);
  return `${addenda}, of which ${addendaLeftOut} left out: to the same receipts other evidence has been added here, which stands`;
}
