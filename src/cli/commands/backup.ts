import { resolve } from 'node:path';
import type { Manifest } from '../../app/backup/manifest.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { progressNotes } from '../progress.ts';
import { table } from '../render/table.ts';
import { verb, whole } from '../verb.ts';
import { count, fromNow } from '../words.ts';

const ABOUT = `
A backup is one consistent state, incremental (only blocks that changed are
written), read back and verified before it counts. It opens no row: keys stay
with the owner. What is erased later stays in it until you delete the backup.
The folder MEMSYNC_KEYS is NOT in it. Keep a copy of that somewhere else:
without it no backup is known for yours, nor what was erased since.
Without MemSync: \`zcat\` the blocks that a manifest lists, in order, one after
another, and you have the SQLite database.`;

export function backupCommand(cli: Cli) {
  return verb('backup', 'Back up MEMSYNC_DATA into a folder, beside a running service.', [
    'memsync backup /mnt/backups/memsync --keep 14',
    'memsync backup /mnt/backups/memsync --list',
    'memsync backup /mnt/backups/memsync --verify',
  ])
    .argument('<folder>', 'where the backups are kept; made where there is none')
    .option('--keep <n>', 'then delete all but the newest n', whole(1, 100_000))
    .option('--list', 'only list the backups that are there')
    .option('--verify', 'only verify the newest one, or the one named with --at')
    .option('--at <id>', 'with --verify: which one')
    .addHelpText('after', ABOUT)
    .action(async (folder, options) => {
      const { backUp, checkBackup, listBackups } = await import('../../upkeep.ts');
      const settings = cli.service();
      const path = resolve(folder);
      const hand = { clock: cli.clock, random: cli.random, progress: progressNotes(cli.output, cli.clock) };
      const only = [options.list, options.verify].filter((flag) => flag === true).length;
      if (only > 1 || (only === 1 && options.keep !== undefined) || (options.at !== undefined && options.verify !== true))
        throw new MemSyncError('usage', 'Give one of --list, --verify (with or without --at) and --keep.');
      if (options.list === true) {
        const { manifests, unreadable } = listBackups(settings, path, hand);
        if (unreadable.length > 0) cli.exitCode = 7;
        cli.answer(options, { folder: path, backups: manifests.map(summary), unreadable }, () =>
          listed(manifests, unreadable, cli.clock.now()),
        );
      } else if (options.verify === true) {
        const manifest = await checkBackup(settings, path, hand, options.at);
        if (damaged(manifest).length > 0) cli.exitCode = 7;
        cli.answer(options, { verified: true, backup: summary(manifest) }, () =>
          [`Backup ${manifest.id} verifies: ${held(manifest)}.`, ...damaged(manifest)].join('\n'),
        );
      } else {
        const { manifest, blocks, pruned } = await backUp(settings, path, hand, options.keep ?? null);
        if (damaged(manifest).length > 0) cli.exitCode = 7;
        cli.answer(options, { backup: summary(manifest), blocks, pruned, keysIncluded: false }, () =>
          [
            `Backup ${manifest.id} is written and verified: ${held(manifest)}.`,
            `${count(blocks.total, 'block')}, ${blocks.written} of them new: ${megabytes(blocks.bytes)} written.`,
            ...(pruned === null ? [] : [`Deleted ${count(pruned.removed.length, 'older backup')} and ${count(pruned.blocks, 'block')}.`]),
            ...(pruned?.unreadable ?? []).map((id) => `Backup ${id} does not read or is another service’s: no block was deleted.`),
            ...damaged(manifest),
            `Not in it: the key folder, ${settings.keyFolder}. Keep a copy of it somewhere else.`,
          ].join('\n'),
        );
      }
    });
}

/** What is told of a backup; its blocks are its own affair. */
function summary({ id, createdAt, build, schema, database, vaults, log }: Manifest) {
  const { size, sha256 } = database;
  return {
    id,
    createdAt: formatInstant(createdAt),
    build,
    schema,
    size,
    sha256,
    vaults,
    log: log === null ? null : { size: log.size, root: log.root },
  };
}

function listed(manifests: readonly Manifest[], unreadable: readonly string[], now: number): string {
  if (manifests.length + unreadable.length === 0) return 'No backups here yet.';
  const lines = manifests.map((manifest) => [manifest.id, fromNow(manifest.createdAt, now), held(manifest)]);
  return table([['BACKUP', '', ''], ...lines, ...unreadable.map((id) => [id, '', 'does not read, or is not this service’s'])]);
}

function held({ vaults, log, database }: Manifest): string {
  return `${count(vaults.length, 'vault')}, ${log?.size ?? 0} in the log, ${megabytes(database.size)}`;
}

function damaged({ vaults }: Manifest): string[] {
  return vaults.flatMap(({ vault, error }) =>
    error === null ? [] : [`DAMAGED (${error}): vault ${vault}; older backups were kept. See memsync doctor.`],
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
