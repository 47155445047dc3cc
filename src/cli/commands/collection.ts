import { CollectionName } from '../../../schemas/primitives.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { openOwner } from '../session.ts';
import { bare, verb } from '../verb.ts';

export function collectionCommand(cli: Cli) {
  return bare('collection')
    .description('Your collections: parts of the vault under keys of their own.')
    .addCommand(addCommand(cli))
    .addCommand(listCommand(cli));
}

function addCommand(cli: Cli) {
  return verb('add', 'Add a collection, and let your own device read it.', ['memsync collection add work'])
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .action(async (name, options) => {
      if (!CollectionName.safeParse(name).success) {
        throw new MemSyncError(
          'usage',
          `“${name}” is no name for a collection: lower-case letters, digits and hyphens, beginning with a letter.`,
        );
      }
      const owner = await (await openOwner(cli)).addCollection(name);
      const { head, collections } = owner.state;
      cli.answer(
        options,
        { name, id: collections.at(-1)?.id, head },
        () => `Added “${name}”. Apps reach it once a grant names it: memsync grant --label … --collection ${name}`,
      );
    });
}

function listCommand(cli: Cli) {
  return verb('list', 'List your collections, by the names that you sealed.', ['memsync collection list']).action(async (options) => {
    const owner = await openOwner(cli);
    await owner.refresh();
    const { names } = await owner.keyring();
    const collections = [...names].map(([id, name]) => ({ id, name }));
    owner.wipe();
    cli.answer(options, { collections }, () => collections.map(({ id, name }) => `${id}  ${name}`).join('\n'));
  });
}
