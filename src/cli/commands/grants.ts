import type { GrantInfo } from '../../../schemas/owner-event.ts';
import { requireInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { plain } from '../plain.ts';
import { facts } from '../render/table.ts';
import { ownerClient } from '../session.ts';
import { verb } from '../verb.ts';
import { fromNow } from '../words.ts';

export function grantsCommand(cli: Cli) {
  return verb('grants', 'List who may do what, revoked ones with --all.', ['memsync grants', 'memsync grants --all --json'])
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
