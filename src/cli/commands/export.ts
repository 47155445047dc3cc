import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MemSyncError } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { writeOutput } from '../input.ts';
import { facts } from '../render/table.ts';
import { ownerClient } from '../session.ts';
import { makeExport, type MadeExport } from '../transfer/export-file.ts';
import { markdownOf } from '../transfer/markdown.ts';
import { targetOf } from '../transfer/secret.ts';
import { oneOf, several, verb, whole } from '../verb.ts';
import { count } from '../words.ts';

const ABOUT = `
The export holds everything: rows, versions, ledger, confirmations, grants,
policy, receipts and their proofs, as JSON Lines in one age file. Look inside
with the ordinary tools:
  age -d my.age | jq -r 'select(.type == "version") | .text'
It is encrypted to a passphrase (asked for twice, or MEMSYNC_EXPORT_PASSPHRASE)
or to --recipient. Interrupted, the same command goes on where it was. With
--format markdown: the rows alone, for reading, NOT encrypted.`;

export function exportCommand(cli: Cli) {
  const command = verb('export', 'Take everything along, in one encrypted file.', [
    'memsync export my.age',
    'memsync export my.age --recipient age1…',
    'memsync export rows.md --format markdown --collection work',
  ])
    .argument('[file]', 'where to write it (memsync-VAULT.age)')
    .option('--recipient <age1…>', 'whom it is for, in place of a passphrase; several with commas', several)
    .option('--collection <name>', 'only this collection’s rows; no vault can be rebuilt from it')
    .option('--format <format>', 'age or markdown', oneOf(['age', 'markdown']), 'age')
    .option('--resume', 'only go on with an export that was interrupted')
    .option('--anew', 'begin anew, whatever was interrupted')
    .option('--force', 'replace the file if it is there')
    .option('--work-factor <n>', 'log2 of the passphrase’s scrypt cost', whole(1, 22))
    .addHelpText('after', ABOUT)
    .action(async (file, options) => {
      const { home, client } = ownerClient(cli);
      const { vault } = home.state();
      const collection = options.collection ?? null;
      const markdown = options.format === 'markdown';
      const path = resolve(file ?? `memsync-${vault.slice(0, 12)}.${markdown ? 'md' : 'age'}`);
      const force = options.force === true;
      if (markdown) {
        if (options.recipient !== undefined) throw new MemSyncError('usage', 'Markdown is for reading, and is not encrypted.');
        if (existsSync(path) && !force) throw new MemSyncError('usage', `${path} is there already; give another name, or --force.`);
        cli.output.note('Note: this file is NOT encrypted. Whoever gets it can read it.\n');
        const { text, rows } = await markdownOf(client, vault, collection, cli.clock.now(), () => undefined);
        mkdirSync(dirname(path), { recursive: true });
        writeOutput(path, text);
        cli.answer(options, { file: path, rows, encrypted: false }, () => `${count(rows, 'row')} written to ${path}, in the clear.`);
        return;
      }
      const target = await targetOf(cli, options.recipient, options.workFactor);
      const wish = { path, collection, target, force, resume: options.resume === true, anew: options.anew === true };
      let certificate: string | null = null;
      const made = await makeExport(cli, { home, client }, wish, async ({ sha256, bytes, position }) => {
        ({ id: certificate } = await client.certifyExport(vault, { sha256, bytes, head: position.head, rows: position.rows }));
      });
      if (made.position.damaged > 0) cli.exitCode = 7;
      cli.answer(options, answered(vault, made, certificate), () => told(made, certificate));
    });
  for (const option of command.options) if (option.long === '--work-factor') option.hideHelp();
  return command;
}

function answered(vault: string, { path, sha256, bytes, position, resumedAt }: MadeExport, certificate: string | null) {
  const { head, rows, counts, damaged } = position;
  return { vault, file: path, sha256, bytes, head, rows, counts, damaged, resumed: resumedAt !== null, certificate, encrypted: true };
}

function told({ path, sha256, bytes, position }: MadeExport, certificate: string | null): string {
  const { rows, counts, head, damaged } = position;
  const receipts = counts['receipt'] ?? 0;
  const lines = [
    `${count(rows, 'row')} and ${count(receipts, 'receipt')} are in ${path}.`,
    '',
    facts([
      ['as of', `event ${head.seq}`],
      ['size', `${(bytes / 1_000_000).toFixed(1)} MB`],
      ['sha256', sha256],
      ...(certificate === null ? [] : ([['certificate', certificate]] as [string, string][])),
    ]),
  ];
  if (damaged > 0) lines.push('', `DAMAGED: ${count(damaged, 'row version')} did not open and cannot be taken along. See memsync doctor.`);
  return lines.join('\n');
}
