import type { GrantInfo } from '../../../schemas/owner-event.ts';
import type { GrantReadsReply } from '../../../schemas/keys.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { requireInstant } from '../../core/instant.ts';
import { isId } from '../../core/ids.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { plain } from '../plain.ts';
import { facts, table, wrap } from '../render/table.ts';
import { ownerClient } from '../session.ts';
import { bare, verb, whole } from '../verb.ts';
import { count, fromNow } from '../words.ts';

export function grantsCommand(cli: Cli) {
  return bare('grants')
    .description('Who may do what, and what they have read.')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(showCommand(cli));
}

function listCommand(cli: Cli) {
  return verb('list', 'List who may do what, revoked ones with --all.', ['memsync grants', 'memsync grants --all --json'])
    .option('--all', 'revoked grants, too')
    .action(async (options) => {
      const { home, client } = ownerClient(cli);
      const reply = await client.grants(home.state().vault);
      const grants = reply.grants.filter((grant) => options.all === true || grant.revokedAt === null);
      cli.answer(
        options,
        { grants, head: reply.head },
        () => grants.map((grant) => told(grant, cli.clock.now())).join('\n\n') || 'No grants.',
      );
    });
}

function showCommand(cli: Cli) {
  return verb('show', 'Show a grant, and which rows it has read in which retrievals and receipts.', [
    'memsync grants show "Trip planner"',
    'memsync grants show grt_… --limit 200 --json',
  ])
    .argument('<grant>', 'its label, or the grant’s id')
    .option('--limit <n>', 'retrievals on a page (default: 50)', whole(1, LIMITS.rows))
    .option('--cursor <cursor>', 'go on where a page ended')
    .action(async (name, { json, ...query }) => {
      const { home, client } = ownerClient(cli);
      const { vault } = home.state();
      const grant = choose((await client.grants(vault)).grants, name);
      const reads = await client.grantReads(vault, grant.id, query);
      cli.answer({ json }, { ...grant, ...reads }, () => `${told(grant, cli.clock.now())}\n\n${readsTold(reads, cli.clock.now())}`);
    });
}

/** For looking alone: what is signed about goes by the labels that the owner's own key opens. */
function choose(grants: readonly GrantInfo[], name: string): GrantInfo {
  const found = grants.filter(({ id, label }) => (isId('grant', name) ? id === name : label === name));
  const [first, ...more] =
    found.filter(({ revokedAt }) => revokedAt === null).length === 1 ? found.filter(({ revokedAt }) => revokedAt === null) : found;
  if (first === undefined) throw new MemSyncError('not_found', `You have given no grant “${name}”.`);
  if (more.length > 0)
    throw new MemSyncError('usage', `${found.length} grants are called “${name}”: name the one that you mean by its id.`);
  return first;
}

function readsTold({ reads, totals, notCovered, cursor }: GrantReadsReply, now: number): string {
  const lines = reads.map(({ retrieval, receipt, at, rows }) => [
    receipt ?? retrieval,
    fromNow(requireInstant(at), now),
    rows.length === 0 ? 'no row that is still known' : rows.join(' '),
  ]);
  const sum =
    totals === null
      ? ''
      : `It has read ${count(totals.rows, 'row')} in ${count(totals.retrievals, 'retrieval')}, ${totals.receipts} with a receipt.\n\n`;
  const more = cursor === null ? '' : `\n\nThere is more: --cursor ${cursor}`;
  return `${sum}${reads.length === 0 ? '' : `${table([['IN', 'WHEN', 'ROWS'], ...lines])}${more}\n\n`}${wrap(`Not among these: ${notCovered}`, 80)}`;
}

function told(grant: GrantInfo, now: number): string {
  const when = (instant: string): string => fromNow(requireInstant(instant), now);
  const state = grant.revokedAt === null ? '' : `, revoked ${when(grant.revokedAt)}`;
  return `${grant.id}  ${plain(grant.label)}\n${facts([
    [
      'is',
      `${grant.role}, granted ${when(grant.grantedAt)}${grant.expiresAt === null ? '' : `, runs out ${when(grant.expiresAt)}`}${state}`,
    ],
    ['may', grant.capabilities.join(', ')],
    ['in', `${grant.collections.join(', ')}${grant.categories === null ? '' : `: ${grant.categories.join(', ')} alone`}`],
    ['counts as', `${grant.originCeiling} at most`],
  ])}`;
}
