import { existsSync } from 'node:fs';
import { MemSyncError } from '../../core/errors.ts';
import { giveDevice } from '../../sdk/device.ts';
import type { Cli } from '../cli.ts';
import { writeOutput } from '../input.ts';
import { plain } from '../plain.ts';
import { wrap } from '../render/table.ts';
import { openOwner } from '../session.ts';

/** What of the options for an app makes no sense for a device. */
interface DeviceOptions {
  readonly json?: true | undefined;
  readonly out?: string | undefined;
  readonly can?: unknown;
  readonly collection?: unknown;
  readonly category?: unknown;
  readonly expires?: unknown;
  readonly workFactor?: number | undefined;
}

/** `grant LABEL --device`: a file with which another device of the owner’s is set up. */
export async function grantDevice(cli: Cli, label: string, options: DeviceOptions): Promise<void> {
  const narrowed = [options.can, options.collection, options.category, options.expires].some((option) => option !== undefined);
  if (narrowed)
    throw new MemSyncError('usage', 'A device reads everything, until you revoke it: --device goes with a label and --out alone.');
  const path = options.out ?? 'device.age';
  if (existsSync(path)) throw new MemSyncError('usage', `${path} is there already; name another file with --out.`);
  const owner = await openOwner(cli);
  const passphrase = await newPassphrase(cli);
  const { grant, file } = await giveDevice(owner, label, passphrase, cli.random, options.workFactor);
  owner.wipe();
  writeOutput(path, file);
  cli.answer(options, { grant, label, file: path }, () =>
    [
      wrap(`“${plain(label)}” is a device of yours: it reads everything, and may confirm and retract in your name.`, 80),
      `Carry ${path} there, and with its passphrase: memsync init --device ${path}`,
      `To take it back: memsync revoke ${grant} --rotate`,
    ].join('\n'),
  );
}

/** For the file alone: it need not be the root’s. */
async function newPassphrase(cli: Cli): Promise<string> {
  const { devicePassphrase } = cli.client();
  if (devicePassphrase !== null) return devicePassphrase;
  const first = await cli.questions.hidden('Choose a passphrase for the device’s file: ');
  if (first === '') throw new MemSyncError('usage', 'The passphrase is empty.');
  if ((await cli.questions.hidden('Once more: ')) !== first) throw new MemSyncError('usage', 'The two passphrases are not the same.');
  return first;
}
