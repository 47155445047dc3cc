import { LIMITS } from '../../../schemas/limits.ts';
import type { ListReply } from '../../../schemas/memory.ts';
import { CATEGORIES, STANDINGS, TIERS } from '../../../schemas/vocabulary.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import type { Cli } from '../cli.ts';
import { rowList } from '../render/rows.ts';
import { readingClient } from '../session.ts';
import { oneOf, verb, whole } from '../verb.ts';

export function listCommand(cli: Cli) {
  return verb('list', 'List rows, newest first.', [
    'memsync list',
    'memsync list --tier background --category travel',
    'memsync list --all --json',
  ])
    .option('--tier <tier>', `only ${TIERS.join(', ')}`, oneOf(TIERS))
    .option('--standing <standing>', `only ${STANDINGS.join(', ')}`, oneOf(STANDINGS))
    .option('--category <category>', 'only this category', oneOf(CATEGORIES))
    .option('--collection <name>', 'only this collection')
    .option('--subject <subject>', 'only about this subject')
    .option('--limit <n>', 'rows on a page (default: 50)', whole(1, LIMITS.rows))
    .option('--cursor <cursor>', 'go on where a page ended')
    .option('--all', 'every page')
    .option('--ids', 'the ids alone, one a line')
    .action(async ({ all, json, ids, ...query }) => {
      const client = readingClient(cli);
      const { memories, cursor, head } = all === true ? await everyPage(client, query) : await client.list(query);
      cli.answer({ json }, { memories, cursor, head }, () => {
        if (ids === true) return memories.map(({ id }) => `${id}\n`).join('');
        const more = cursor === null ? '' : `\n\nThere is more: --all, or --cursor ${cursor}`;
        return `${rowList(cli.output, memories, cli.clock.now())}${more}`;
      });
    });
}

async function everyPage(client: MemSyncClient, query: Parameters<MemSyncClient['list']>[0]): Promise<ListReply> {
  let page = await client.list(query);
  const memories = [...page.memories];
  while (page.cursor !== null) {
    page = await client.list({ ...query, cursor: page.cursor });
    memories.push(...page.memories);
  }
  return { memories, cursor: null, head: page.head };
}
