import type { RetrievalReply } from '../../../schemas/retrieval.ts';
import { CATEGORIES } from '../../../schemas/vocabulary.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { plain } from '../plain.ts';
import { reasons } from '../render/reasons.ts';
import { facts } from '../render/table.ts';
import { appClient } from '../session.ts';
import { AGO, parseAgo } from '../when.ts';
import { severalOf, several, verb, whole } from '../verb.ts';

export function retrieveCommand(cli: Cli) {
  return verb('retrieve', 'Search, and print the context block, as an app with MEMSYNC_TOKEN.', [
    'memsync retrieve "what should I not eat?"',
    'memsync retrieve "where do I live?" --limit 5 --include-dormant',
    'memsync retrieve "what did Ben say last May?" --why',
    'memsync retrieve "allergies" --category health --json',
    'memsync retrieve "where do I live?" --as-of 2026-05-01',
  ])
    .argument('<query>', 'what to look for')
    .option('--limit <n>', 'rows at most (default: 10)', whole(1, LIMITS.rows))
    .option('--category <category>', 'only these categories (several: commas)', severalOf(CATEGORIES))
    .option('--collection <name>', 'only these collections (several: commas)', several)
    .option('--thread <thread>', 'the conversation that asks')
    .option('--include-dormant', 'dormant rows, too, in a section of their own')
    .option('--why', 'what brought each row, with its share of the score')
    .option('--max-tokens <n>', 'a bound on the context block', whole(1, 1_000_000))
    .option('--min-head <seq[:hash]>', 'refuse a vault that has not reached this head', parseHead)
    .option('--as-of <when>', `the vault as it stood: ${AGO}`)
    .option('--as-of-seq <n>', 'the vault as it stood after this event of its ledger', whole(0, 999_999_999))
    .action(async (query, options) => {
      if (options.asOf !== undefined && options.asOfSeq !== undefined)
        throw new MemSyncError('usage', 'Say --as-of or --as-of-seq, not both.');
      const reply = await appClient(cli).retrieve({
        query,
        ...(options.limit === undefined ? {} : { limit: options.limit }),
        ...(options.category === undefined ? {} : { categories: options.category }),
        ...(options.collection === undefined ? {} : { collections: options.collection }),
        ...(options.thread === undefined ? {} : { thread: options.thread }),
        ...(options.includeDormant === true ? { includeDormant: true } : {}),
        ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
        ...(options.minHead === undefined ? {} : { minHead: options.minHead }),
        ...(options.asOf === undefined ? {} : { asOf: formatInstant(parseAgo(options.asOf, cli.clock.now())) }),
        ...(options.asOfSeq === undefined ? {} : { asOf: { seq: options.asOfSeq } }),
      });
      cli.answer(options, reply, () => told(reply, options.asOf !== undefined || options.asOfSeq !== undefined, options.why === true));
    });
}

function told(reply: RetrievalReply, past: boolean, why: boolean): string {
  const withheld = Object.entries(reply.withheld).filter(([, number]) => number > 0);
  const lines = [
    reply.rows.length === 0 ? 'Nothing that may be shown matches.' : reply.context.split('\n').map(plain).join('\n').trimEnd(),
    '',
    ...(why && reply.rows.length > 0 ? [reasons(reply.rows), ''] : []),
    facts([
      ['retrieval', reply.id],
      past ? ['as of', `${reply.evaluatedAt}; a look at the past has no receipt`] : ['receipt', `may follow until ${reply.expiresAt}`],
      ['head', `${reply.head.seq}:${reply.head.hash}`],
      ...(reply.degraded === undefined ? [] : [['degraded', 'found by words alone: the service for embeddings did not answer'] as const]),
      ...(withheld.length === 0 ? [] : [['withheld', withheld.map(([why, number]) => `${number} ${why}`).join(', ')] as const]),
    ]),
  ];
  if (!reply.headRemembered) lines.push('You named no head with --min-head: a rollback could not have been noticed for you.');
  return lines.join('\n');
}

function parseHead(text: string): { seq: number; hash?: string } {
  const [, seq, hash] = /^(\d{1,15})(?::([0-9a-f]{64}))?$/.exec(text) ?? [];
  if (seq === undefined) throw new MemSyncError('usage', 'A head is written as 42, or 42:<64 hexadecimal digits>.');
  return hash === undefined ? { seq: Number(seq) } : { seq: Number(seq), hash };
}
