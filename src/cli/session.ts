import { MemSyncError } from '../core/errors.ts';
import { MemSyncClient } from '../sdk/client.ts';
import { openDevice } from '../sdk/device.ts';
import { Owner, type OwnerParts } from '../sdk/owner.ts';
import type { OwnerState } from '../sdk/owner-state.ts';
import { openRoot } from '../sdk/root-file.ts';
import type { Cli } from './cli.ts';
import { OwnerHome } from './home.ts';

/** A client with an app's token. @throws {MemSyncError} `token_missing` */
export function appClient(cli: Cli): MemSyncClient {
  const { url, token } = cli.client();
  if (token === null) throw new MemSyncError('token_missing', 'This is done with an app’s token: set MEMSYNC_TOKEN.');
  return new MemSyncClient({ url, token });
}

/** The owner's folder with a client that reads by the device's token and knows the remembered head. @throws {MemSyncError} `home_missing` */
export function ownerClient(cli: Cli): { home: OwnerHome; client: MemSyncClient } {
  const { home: path, url } = cli.client();
  const home = OwnerHome.open(path);
  return { home, client: new MemSyncClient({ url, token: home.token(), head: home.state().head }) };
}

/** A client for reading: the owner's where there is an owner's folder, the app's otherwise. @throws {MemSyncError} `home_missing` */
export function readingClient(cli: Cli): MemSyncClient {
  const { home, token } = cli.client();
  return token !== null && !OwnerHome.isTaken(home) ? appClient(cli) : ownerClient(cli).client;
}

/** The owner, with the keys that the passphrase opens. @throws {MemSyncError} `home_missing`, `passphrase_wrong`, `usage` (nobody to ask) */
export async function openOwner(cli: Cli): Promise<Owner> {
  const { home: path, url } = cli.client();
  const home = OwnerHome.open(path);
  const state = home.state();
  const { keys, generation } = await keysOf(cli, home, state);
  return new Owner({
    keys,
    generation,
    state,
    deviceToken: home.token(),
    connect: (token, head) => new MemSyncClient({ url, token, head }),
    clock: cli.clock,
    random: cli.random,
    save: (next) => home.save(next),
    saveToken: (token) => home.saveToken(token),
  });
}

/** The root's keys, or those of the device that the folder belongs to. */
async function keysOf(cli: Cli, home: OwnerHome, state: OwnerState): Promise<Pick<OwnerParts, 'keys' | 'generation'>> {
  const file = home.isDevice ? home.device() : home.root();
  const passphrase = await passphraseOf(cli, home.isDevice);
  if (home.isDevice) return { keys: (await openDevice(file, passphrase)).keys };
  const root = await openRoot(file, passphrase);
  return { keys: root.keys(state.ownerRotations.length), generation: root.keys };
}

/** What opens the root file or, on a device, the device's; asked for unless the environment has it. @throws {MemSyncError} `usage` (nobody to ask) */
export async function passphraseOf(cli: Cli, device: boolean): Promise<string> {
  const { passphrase, devicePassphrase } = cli.client();
  const given = device ? (devicePassphrase ?? passphrase) : passphrase;
  return given ?? (await cli.questions.hidden(device ? 'The device’s passphrase: ' : 'Passphrase: '));
}

/** Goes on only with the person's word, or `--yes`. Returns whether to go on; where not, that has been said. */
export async function agreedTo(
  cli: Cli,
  options: { readonly yes?: true | undefined; readonly json?: true | undefined },
  question: string,
): Promise<boolean> {
  if (options.yes === true || (await cli.questions.agreed(question))) return true;
  if (options.json === true) cli.answer(options, { agreed: false }, () => '');
  else cli.output.note('Nothing was done.\n');
  cli.exitCode = 1;
  return false;
}
