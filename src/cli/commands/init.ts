import { MemSyncError } from '../../core/errors.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { followChain } from '../../sdk/follow-chain.ts';
import { followLog } from '../../sdk/follow-log.ts';
import { makeVault } from '../../sdk/genesis.ts';
import { makeRoot } from '../../sdk/root-file.ts';
import type { Cli } from '../cli.ts';
import { NewHome } from '../home.ts';
import { plain } from '../plain.ts';
import { facts } from '../render/table.ts';
import { verb, whole } from '../verb.ts';
import { operatorIn } from '../trust.ts';
import { initDevice, initRecover } from './init-again.ts';

export function initCommand(cli: Cli) {
  const command = verb('init', 'Make your root, your vault, and a token for a first app.', [
    'memsync init',
    'MEMSYNC_PASSPHRASE=… memsync init --yes --json',
    'export MEMSYNC_TOKEN=$(memsync init --yes --token-only)',
    'MEMSYNC_HOME=~/.memsync-work memsync init --app "my editor"',
    'memsync init --recover /media/usb/root.age',
    'memsync init --device phone.age',
  ])
    .option('--yes', 'ask nothing; the passphrase is taken from MEMSYNC_PASSPHRASE')
    .option('--app <label>', 'what to call the first app', 'first app')
    .option('--operator-root <file-or-text>', 'the root of the service’s operator, where you know it (default: taken on trust)')
    .option('--token-only', 'print the first app’s token and nothing else, for a script')
    .option('--recover <file>', 'take up a vault that there is again, with its root file alone')
    .option('--vault <id>', 'with --recover: which vault, where the root file does not say')
    .option('--device <file>', 'set up a device that you have given a key to, with the file that memsync grant --device wrote')
    .option('--work-factor <n>', 'log2 of the passphrase’s scrypt cost', whole(1, 22))
    .action(async (options) => {
      if (options.recover !== undefined && options.device !== undefined)
        throw new MemSyncError('usage', '--recover and --device go each by itself.');
      if (options.tokenOnly === true && (options.recover ?? options.device) !== undefined)
        throw new MemSyncError('usage', '--token-only goes with a new vault: nothing else makes a first app.');
      if (options.recover !== undefined) return initRecover(cli, options.recover, options);
      if (options.vault !== undefined) throw new MemSyncError('usage', '--vault goes with --recover.');
      if (options.device !== undefined) return initDevice(cli, options.device, options);
      const { home: path, url } = cli.client();
      const home = new NewHome(path);
      try {
        const client = new MemSyncClient({ url });
        // Asked first, so that nobody chooses a passphrase for a service that is not there.
        const pinned = options.operatorRoot === undefined ? null : operatorIn(options.operatorRoot);
        const log = await followLog(client, null, pinned);
        const passphrase = await newPassphrase(cli, options.yes === true);
        const root = makeRoot(cli.random);
        const made = makeVault(root.keys, cli.clock.now(), cli.random, { label: options.app });
        const file = await root.seal(passphrase, made.vault, options.workFactor);
        root.wipe();
        home.stage({ root: file, token: made.deviceToken, state: made.state });
        await client.createVault(made.request);
        const reader = new MemSyncClient({ url, token: made.deviceToken, head: made.state.head });
        const state = { ...(await followChain(reader, made.state)), log };
        home.stage({ root: file, token: made.deviceToken, state });
        const kept = home.commit();
        const operatorRoot = log.operator?.root ?? null;
        const answer = { vault: made.vault, token: made.appToken, keyFile: kept.rootPath, operatorRoot };
        cli.answer(options, answer, () =>
          options.tokenOnly === true ? answer.token : told({ ...answer, app: options.app, folder: kept.path }),
        );
      } catch (error) {
        home.discard();
        throw error;
      }
    });
  for (const option of command.options) if (option.long === '--work-factor') option.hideHelp();
  return command;
}

/** A passphrase for something new, a root say, asked for twice unless it is set. @throws {MemSyncError} `usage` */
export async function newPassphrase(cli: Cli, askNothing: boolean, what = 'your root'): Promise<string> {
  const { passphrase } = cli.client();
  if (passphrase !== null) return passphrase;
  if (askNothing) throw new MemSyncError('usage', 'With --yes the passphrase is taken from MEMSYNC_PASSPHRASE, and that is not set.');
  const first = await cli.questions.hidden(`Choose a passphrase for ${what}: `);
  if (first === '') throw new MemSyncError('usage', 'The passphrase is empty.');
  if ((await cli.questions.hidden('Once more: ')) !== first) throw new MemSyncError('usage', 'The two passphrases are not the same.');
  return first;
}

function told(made: { vault: string; token: string; keyFile: string; operatorRoot: string | null; app: string; folder: string }): string {
  const { operatorRoot } = made;
  const operator: [string, string][] =
    operatorRoot === null
      ? []
      : [['operator', `${operatorRoot} (the service’s root, as first seen: compare it with what the operator gives out)`]];
  return [
    'Your vault is made.',
    '',
    facts([
      ['vault', made.vault],
      ['folder', made.folder],
      ['root', `${made.keyFile} (keep a copy of this file elsewhere, and its passphrase in your head: nothing else opens your vault)`],
      ...operator,
    ]),
    '',
    `The token of “${plain(made.app)}”, shown this once:`,
    '',
    `  ${made.token}`,
    '',
    'Next:',
    `  export MEMSYNC_TOKEN=${made.token.slice(0, 8)}…`,
    '  memsync remember "I\'m allergic to hazelnuts" --category health',
    '  memsync retrieve "what should I not eat?"',
  ].join('\n');
}
