import { MemSyncError } from '../core/errors.ts';
import type { Owner } from '../sdk/owner.ts';

/** The grant by its id or by the label that the owner sealed: the service has no say in which one is meant. @throws {MemSyncError} `not_found`, `usage` */
export async function findGrant(owner: Owner, name: string): Promise<{ id: string; label: string }> {
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
