import type { Cli } from '../cli.ts';
import { historyLines, rowDetail } from '../render/rows.ts';
import { readingClient } from '../session.ts';
import { verb } from '../verb.ts';

export function showCommand(cli: Cli) {
  return verb('show', 'Show one row: where it comes from, how old it is, and all that happened to it.', ['memsync show mem_…'])
    .argument('<id>', 'the row')
    .action(async (id, options) => {
      const reply = await readingClient(cli).history(id);
      cli.answer(options, reply, () => `${rowDetail(reply.memory, cli.clock.now())}\n\n${historyLines(reply.events)}`);
    });
}
