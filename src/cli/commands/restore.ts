import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { capped, type Restored, type RestoredVault } from '../../app/backup/restored.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../input.ts';
import { progressNotes } from '../progress.ts';
import { WIDTH, wrap } from '../render/table.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

const ABOUT = `
The backup is verified before anything is touched, then put in place in one
step. Interrupted, it has changed nothing, or running it again finishes it.
What is restored never looks fresher: where events are missing, every row of
the vault is dormant until its owner confirms or reinstates it. What was erased
since the backup is erased again. The log goes on under a new name, as what it
lost may have been handed out. Owners whose folder remembers more go on with
\`memsync doctor --accept-restore\`.`;

export function restoreCommand(cli: Cli) {
  return verb('restore', 'Restore a backup into MEMSYNC_DATA, with the service stopped.', [
    'memsync restore /mnt/backups/memsync',
    'memsync restore /mnt/backups/memsync --at 20261121T060102Z-1a2b3c4d --replace',
  ])
    .argument('<folder>', 'where the backups are kept')
    .option('--at <id>', 'which backup (the newest; see memsync backup --list)')
    .option('--replace', 'move a database that is there aside')
    .option('--key <file-or-text>', 'the keys in MEMSYNC_KEYS are lost: /log/key as it was')
    .option('--same-log', 'nothing was written since the backup: keep the log’s name')
    .addHelpText('after', ABOUT)
    .action(async (folder, options) => {
      const { restore } = await import('../../upkeep.ts');
      const settings = cli.service();
      const hand = { clock: cli.clock, random: cli.random, progress: progressNotes(cli.output, cli.clock) };
      const wish = { id: options.at, replace: options.replace === true, sameLog: options.sameLog === true };
      const { restored, resumed } = await restore(
        settings,
        resolve(folder),
        hand,
        wish,
        options.key === undefined ? null : linesOf(options.key),
      );
      cli.answer(options, { ...answered(restored), resumed }, () => told(restored, resumed, settings.dataFolder));
    });
}

function answered({ id, at, backup, backupAt, before, vaults, absent, log }: Restored) {
  return { id, at: formatInstant(at), backup, backupAt: formatInstant(backupAt), before, vaults, absent, log };
}

function told(restored: Restored, resumed: boolean, dataFolder: string): string {
  const { backup, backupAt, before, vaults, absent, log } = restored;
  const lines = [
    resumed
      ? `A restore that had been interrupted is finished: backup ${backup} of ${formatInstant(backupAt)} is in ${dataFolder}. Nothing else was done.`
      : `Backup ${backup} of ${formatInstant(backupAt)} is verified and in ${dataFolder}.`,
    ...(before === null ? [] : [`The database that was there before is in ${before}.`]),
    ...vaults.map(vaultLine),
    ...absent.map(
      ({ vault, known }) => `Vault ${vault.slice(0, 12)}… is not in the backup at all; ${count(known.seq + 1, 'event')} of it are known.`,
    ),
    log.name === log.was
      ? `The log goes on as ${log.name}, with ${log.size} entries.`
      : `The log goes on under a new name, ${log.name}, with ${log.size} entries${lost(restored)}. Give out /log/key anew.`,
  ];
  if (capped(restored).length > 0) lines.push('Owners who have seen more than the backup: memsync doctor --accept-restore');
  return lines.map((line) => wrap(line, WIDTH)).join('\n');
}

function lost({ log }: Restored): string {
  return log.known !== null && log.known > log.size ? `; ${log.known - log.size} that were signed as ${log.was} are missing` : '';
}

function missingEvents(missing: RestoredVault['missing']): string {
  if (missing === null) return 'later events are';
  return missing.count === 1 ? `event ${missing.to} is` : `${count(missing.count, 'event')}, ${missing.from} to ${missing.to}, are`;
}

export function vaultLine({ vault, backup, outcome, missing, erasedAgain, error }: RestoredVault): string {
  const found = {
    same: `has all that is known, to event ${backup.seq}.`,
    behind: `is at event ${backup.seq}; ${missingEvents(missing)} missing.`,
    forked: `is at event ${backup.seq}, on another history than the one that was known.`,
    unknown: `is at event ${backup.seq}; nothing here says whether later events are missing.`,
  }[outcome];
  const waits = outcome === 'same' || error !== null ? '' : ' Every row waits, dormant, for its owner.';
  const again = erasedAgain === 0 ? '' : ` ${count(erasedAgain, 'row')} erased since the backup: erased again.`;
  return `Vault ${vault.slice(0, 12)}… ${found}${waits}${again}${error === null ? '' : ` It was DAMAGED when it was backed up (${error}).`}`;
}

function linesOf(key: string): string[] {
  const text = existsSync(key) ? readInput(key) : key;
  return text.split(/\s+/).filter((line) => line !== '');
}
