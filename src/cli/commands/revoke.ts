import { MemSyncError } from '../../core/errors.ts';
import type { Owner } from '../../sdk/owner.ts';
import type { Cli } from '../cli.ts';
import { plain } from '../plain.ts';
import { openOwner } from '../session.ts';
import { verb } from '../verb.ts';

export function revokeCommand(cli: Cli) {
  return verb('revoke', 'Cut an app off, at once and for good.', ['memsync revoke "Trip planner"', 'memsync revoke grt_…'])
    .argument('<grant>', 'its label, or the grant’s id')
    .action(async (name, options) => {
      const owner = await openOwner(cli);
      await owner.refresh();
      const { id, label } = await find(owner, name);
      if (id === owner.device) throw new MemSyncError('usage', 'That is the grant that this folder itself reads with.');
      const { seq, head } = await owner.revoke(id);
      owner.wipe();
      cli.answer(options, { grant: id, label, seq, head }, () => `“${plain(label)}” is cut off. It keeps what it has read.`);
    });
}

/** The grant by its id or by the label that the owner sealed: the service has no say in which one is meant. */
async function find(owner: Owner, name: string): Promise<{ id: string; label: string }> {
  const keyring = await owner.keyring();
  const known = owner.state.grants.map((grant) => ({ id: grant.id, revoked: grant.revoked, label: keyring.labelOf(grant) }));
  const byId = known.find(({ id }) => id === name);
  if (byId !== undefined) return byId;
  const [first, ...more] = known.filter(({ label, revoked }) => label === name && !revoked);
  if (first === undefined) throw new MemSyncError('not_found', `You have given no grant “${name}” that is in force.`);
  if (more.length > 0)
    throw new MemSyncError('usage', `${more.length + 1} grants are called “${name}”: name the one that you mean by its id.`);
  return first;
}
