import type { Cli } from '../cli.ts';
import { appClient } from '../session.ts';
import { verb } from '../verb.ts';

export function contestCommand(cli: Cli) {
  return verb('contest', 'Doubt a row, as an app with MEMSYNC_TOKEN: it steers no more until its owner has looked at it.', [
    'memsync contest mem_… --note "The user says they have moved"',
  ])
    .argument('<id>', 'the row')
    .option('--note <note>', 'why, for the owner to read')
    .action(async (id, options) => {
      const reply = await appClient(cli).contest(id, options.note === undefined ? {} : { note: options.note });
      cli.answer(options, reply, () => `Doubted ${id}; it is in ${reply.memory.tier} now.`);
    });
}
