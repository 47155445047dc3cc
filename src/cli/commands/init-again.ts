import { VaultId } from '../../../schemas/primitives.ts';
import { MemSyncError } from '../../core/errors.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { openDevice, requireGiven } from '../../sdk/device.ts';
import { followLog } from '../../sdk/follow-log.ts';
import { learnVault } from '../../sdk/learn-vault.ts';
import type { KnownGrant, OwnerState } from '../../sdk/owner-state.ts';
import { recoverVault } from '../../sdk/recovery.ts';
import { openRoot } from '../../sdk/root-file.ts';
import type { Cli } from '../cli.ts';
import { NewHome, OwnerHome } from '../home.ts';
import { readInput } from '../input.ts';
import { facts, wrap } from '../render/table.ts';
import { passphraseOf } from '../session.ts';
import { count } from '../words.ts';

interface Asked {
  readonly json?: true | undefined;
  readonly vault?: string | undefined;
}

/** `init --device FILE`: a folder for a device that may confirm and retract, and has no root. */
export async function initDevice(cli: Cli, path: string, options: Asked): Promise<void> {
  const { home: folder, url } = cli.client();
  const home = new NewHome(folder);
  try {
    const file = readInput(path);
    const kit = await openDevice(file, await passphraseOf(cli, true));
    const client = new MemSyncClient({ url, token: kit.token });
    const log = await followLog(client, null);
    const state = { ...(await learnVault(client, kit.vault)), log };
    requireGiven(state, kit.keys);
    home.stage({ device: file, token: kit.token, state });
    const kept = home.commit();
    cli.answer(options, { vault: kit.vault, grant: kit.keys.device, folder: kept.path }, () =>
      [
        'This device is set up.',
        '',
        facts([
          ['vault', kit.vault],
          ['folder', kept.path],
        ]),
        '',
        wrap('It can list, show, confirm and retract. What takes the root (grants, keys, policy, erasing) is done where root.age is.', 80),
      ].join('\n'),
    );
  } catch (error) {
    home.discard();
    throw error;
  }
}

/** `init --recover FILE`: takes a vault up again with the root alone, in a new folder or in the one that has lost its token. */
export async function initRecover(cli: Cli, path: string, options: Asked): Promise<void> {
  const { home: folder, url } = cli.client();
  const file = readInput(path);
  const root = await openRoot(file, await passphraseOf(cli, false));
  const vault = vaultOf(root.vault, options.vault);
  const there = OwnerHome.isTaken(folder) ? OwnerHome.open(folder) : null;
  const remembered = there === null ? null : rememberedBy(there, vault);
  const fresh = there === null ? new NewHome(folder) : null;
  try {
    const client = new MemSyncClient({ url });
    const log = await followLog(client, remembered?.log ?? null);
    const { clock, random } = cli;
    const recovered = await recoverVault({ vault, keys: root.keys, client, remembered, clock, random });
    const state = { ...recovered.state, log };
    const kept = there ?? stage(fresh, file, recovered.token, state);
    kept.saveToken(recovered.token);
    kept.save(state);
    const devices = recovered.devices.map(({ id }) => id);
    const answer = { vault, folder: kept.path, keyFile: kept.rootPath, head: state.head, otherDevices: devices };
    cli.answer(options, answer, () => told(kept.path, vault, remembered, recovered.devices));
  } catch (error) {
    fresh?.discard();
    throw error;
  } finally {
    root.wipe();
  }
}

function stage(home: NewHome | null, root: string, token: string, state: OwnerState): OwnerHome {
  if (home === null) throw new MemSyncError('home_missing', 'There is no folder to put the vault into.');
  home.stage({ root, token, state });
  return home.commit();
}

function vaultOf(named: string | null, asked: string | undefined): string {
  if (asked !== undefined && !VaultId.safeParse(asked).success)
    throw new MemSyncError('usage', '--vault takes the vault’s id: 64 hexadecimal digits.');
  if (named !== null && asked !== undefined && named !== asked) throw new MemSyncError('usage', `The root file is that of vault ${named}.`);
  const vault = named ?? asked;
  if (vault === undefined) throw new MemSyncError('usage', 'This root file does not name its vault: say --vault with its id.');
  return vault;
}

/** What the folder still remembers, where it is this vault's; so a service that was rolled back shows. @throws {MemSyncError} `home_exists` */
function rememberedBy(home: OwnerHome, vault: string): OwnerState {
  const state = home.state();
  if (state.vault !== vault || home.isDevice) throw new MemSyncError('home_exists', `There is another vault in ${home.path}, or a device.`);
  return state;
}

function told(folder: string, vault: string, remembered: OwnerState | null, devices: readonly KnownGrant[]): string {
  const lines = [
    'Your vault is yours to use again.',
    '',
    facts([
      ['vault', vault],
      ['folder', folder],
    ]),
    '',
  ];
  if (remembered === null) {
    lines.push(
      'Nothing was remembered here, so a service that shows an old state of the vault would not be noticed: look through memsync list and grants.',
    );
  }
  if (devices.length > 0) {
    const others = `${count(devices.length, 'other device')} can still read your vault. If one is lost, cut it off and change the keys:`;
    lines.push(others, ...devices.map(({ id }) => `  memsync revoke ${id} --rotate`));
  }
  return lines.map((line) => (line.startsWith('  ') ? line : wrap(line, 80))).join('\n');
}
