import { addReviewer, removeReviewer, showDesk } from '../../app/desks/reviewers.ts';
import { listDesks, makeDesk } from '../../app/desks/make.ts';
import type { Services } from '../../app/services.ts';
import { fromHex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { requireThere } from '../data-folders.ts';
import { desksTable, deskJson, reviewerJson, reviewersTable } from '../desk/told.ts';
import { plain } from '../plain.ts';
import { bare, verb } from '../verb.ts';

export function deskCommand(cli: Cli) {
  return bare('desk')
    .description('Desks: who reviews answers, across vaults. For the operator, on the service’s machine.')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(makeCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(addCommand(cli))
    .addCommand(removeCommand(cli));
}

function listCommand(cli: Cli) {
  return verb('list', 'List the desks, from MEMSYNC_DATA.', ['memsync desk list']).action(async (options) => {
    const all = await onServices(cli, async (services) => {
      const desks = await listDesks(services);
      return Promise.all(desks.map(({ id }) => showDesk(services, id)));
    });
    const desks = all.map(({ desk, reviewers }) => ({
      ...deskJson(desk),
      reviewers: reviewers.filter(({ removedAt }) => removedAt === null).length,
    }));
    cli.answer(options, { desks }, () => desksTable(all));
  });
}

function makeCommand(cli: Cli) {
  return verb('make', 'Make a desk, beside a running service if need be.', ['memsync desk make releases'])
    .argument('<name>', 'what it is called')
    .action(async (name, options) => {
      const desk = await onServices(cli, (services) => makeDesk(services, name));
      cli.answer(
        options,
        deskJson(desk),
        () => `The desk “${plain(name)}” is made: ${desk.id}. Next: memsync desk add DESK --reviewer NAME --key KEY`,
      );
    });
}

function showCommand(cli: Cli) {
  return verb('show', 'Show a desk with everybody who has been a reviewer there, and their keys.', ['memsync desk show releases'])
    .argument('<desk>', 'its name or id')
    .action(async (named, options) => {
      const { desk, reviewers } = await onServices(cli, (services) => showDesk(services, named));
      cli.answer(
        options,
        { ...deskJson(desk), reviewers: reviewers.map(reviewerJson) },
        () => `${plain(desk.name)}  ${desk.id}\n\n${reviewersTable(reviewers)}`,
      );
    });
}

function addCommand(cli: Cli) {
  return verb('add', 'Make somebody a reviewer of a desk. Their token is shown once.', [
    'memsync desk add releases --reviewer anna --key 4f1c…',
    'memsync desk add releases --reviewer anna --key 4f1c… --token-only',
  ])
    .argument('<desk>', 'its name or id')
    .requiredOption('--reviewer <name>', 'what they are called at the desk')
    .requiredOption('--key <key>', 'the public key that their memsync reviewer init printed')
    .option('--token-only', 'print their token and nothing else, for a script')
    .action(async (desk, options) => {
      if (!/^[0-9a-f]{64}$/.test(options.key))
        throw new MemSyncError('usage', 'A reviewer’s key is 64 lower-case hexadecimal digits, as memsync reviewer init prints it.');
      const key = fromHex(options.key);
      const { reviewer, token } = await onServices(cli, (services) => addReviewer(services, desk, options.reviewer, key));
      cli.answer(options, { desk: reviewer.desk, ...reviewerJson(reviewer), token }, () =>
        options.tokenOnly === true
          ? token
          : [
              `${plain(reviewer.name)} is a reviewer of the desk: ${reviewer.id}`,
              '',
              'Their token, shown this once; whoever has it reads the desk’s cases:',
              '',
              `  ${token}`,
              '',
              'It decides nothing by itself: decisions take their own key.',
            ].join('\n'),
      );
    });
}

function removeCommand(cli: Cli) {
  return verb('remove', 'Take a reviewer off a desk, at once. What they have decided stays, and verifies.', [
    'memsync desk remove releases anna',
  ])
    .argument('<desk>', 'its name or id')
    .argument('<reviewer>', 'their name or id')
    .action(async (desk, named, options) => {
      const reviewer = await onServices(cli, (services) => removeReviewer(services, desk, named));
      cli.answer(options, reviewerJson(reviewer), () => `${plain(reviewer.name)} is no longer a reviewer of the desk.`);
    });
}

/** Does it on the service's own data. @throws {MemSyncError} `not_found` where there is none */
async function onServices<T>(cli: Cli, act: (services: Services) => Promise<T>): Promise<T> {
  const settings = cli.service();
  requireThere(settings);
  const { openServices } = await import('../../main.ts');
  const { services, close } = await openServices(settings, { clock: cli.clock, random: cli.random });
  try {
    return await act(services);
  } finally {
    await close();
  }
}
