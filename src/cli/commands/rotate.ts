import type { RotationStatus } from '../../../schemas/keys.ts';
import { MemSyncError } from '../../core/errors.ts';
import { requireInstant } from '../../core/instant.ts';
import { publicKeysOf } from '../../sdk/owner-state.ts';
import type { Cli } from '../cli.ts';
import { table } from '../render/table.ts';
import { agreedTo, openOwner, ownerClient } from '../session.ts';
import { verb } from '../verb.ts';
import { count, fromNow } from '../words.ts';

const OWN_KEY =
  'Nothing signed with the key that you use now will count any more, wherever a copy of it may be. Your root stays the same. Go on?';

export function rotateCommand(cli: Cli) {
  return verb('rotate', 'Change the keys of collections, or the one that you sign with.', [
    'memsync rotate',
    'memsync rotate work health',
    'memsync rotate --status',
    'memsync rotate --owner-key',
  ])
    .argument('[collection...]', 'which ones (default: all)')
    .option('--status', 'show how far what lies under earlier keys has been brought along')
    .option('--owner-key', 'change the key that you sign with, to the next one that your root holds')
    .option('--yes', 'do not ask')
    .action(async (collections, options) => {
      if ((options.status === true || options.ownerKey === true) && (collections.length > 0 || options.status === options.ownerKey))
        throw new MemSyncError('usage', 'Collections, --status and --owner-key go each by itself.');
      if (options.status === true) return status(cli, options);
      if (options.ownerKey === true) return rotateOwnerKey(cli, options);
      const owner = await openOwner(cli);
      await owner.refresh();
      const { made, reply } = await owner.rotate(collections.length === 0 ? {} : { collections });
      const rotated = made.act.body.collections.map(({ collection, epoch }) => ({ id: collection, epoch }));
      owner.wipe();
      cli.answer(
        options,
        { rotated, grants: made.act.body.grants.length, seq: reply.seq, head: reply.head },
        () =>
          `Changed ${count(rotated.length, 'key')}; ${count(made.act.body.grants.length, 'grant')} went on to them. Rows are being brought along: memsync rotate --status`,
      );
    });
}

async function rotateOwnerKey(cli: Cli, options: { readonly yes?: true | undefined; readonly json?: true | undefined }): Promise<void> {
  const owner = await openOwner(cli);
  if (!(await agreedTo(cli, options, OWN_KEY))) return;
  const { seq, head } = await owner.rotateOwnerKey();
  const { ownerKey, generation } = publicKeysOf(owner.state);
  owner.wipe();
  cli.answer(
    options,
    { ownerKey, generation, seq, head },
    () => `You sign with another key now, the ${generation + 1}th of your root. Root file and passphrase stay the same.`,
  );
}

async function status(cli: Cli, options: { readonly json?: true | undefined }): Promise<void> {
  const { home, client } = ownerClient(cli);
  const { rotations, head } = await client.rotations(home.state().vault);
  cli.answer(options, { rotations, head }, () => {
    if (rotations.length === 0) return 'No key has been changed yet.';
    return table([['COLLECTION', 'KEY', 'ROWS', 'STATE'], ...rotations.map((one) => line(one, cli.clock.now()))]);
  });
}

function line({ collection, epoch, rows, receipts, doneAt }: RotationStatus, now: number): string[] {
  const state =
    doneAt === null ? (receipts ? 'rows are done, receipts are not' : 'under way') : `done ${fromNow(requireInstant(doneAt), now)}`;
  return [collection ?? '(the vault’s own)', String(epoch), `${rows.done} of ${rows.of}`, state];
}
