import { LIMITS } from '../../../schemas/limits.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { rowList } from '../render/rows.ts';
import { readingClient } from '../session.ts';
import { verb, whole } from '../verb.ts';
import { parseWhen, WHEN } from '../when.ts';

export function dueCommand(cli: Cli) {
  return verb('due', 'List rows by when they fall a tier, soonest first: what to confirm next.', [
    'memsync due',
    'memsync due --within 90d',
    'memsync due --within 2027-01-01 --json',
  ])
    .option('--within <when>', `how far to look: ${WHEN}`, '30d')
    .option('--limit <n>', 'rows at most', whole(1, LIMITS.rows), 50)
    .action(async (options) => {
      const now = cli.clock.now();
      const by = parseWhen(options.within, now);
      const reply = await readingClient(cli).list({ due: formatInstant(by), limit: options.limit });
      cli.answer(options, reply, () =>
        reply.memories.length === 0 ? `Nothing falls by ${formatInstant(by).slice(0, 10)}.` : rowList(cli.output, reply.memories, now),
      );
    });
}
