import { MemSyncError } from '../../core/errors.ts';
import { isId, makeId } from '../../core/ids.ts';
import type { StoredDesk } from '../../store/cases.ts';
import type { Services } from '../services.ts';

/** UTF-16 code units of a desk's or a reviewer's name. */
const MOST = 200;

/** Makes a desk: a group of reviewers who look across vaults. For the operator alone. @throws {MemSyncError} `name_taken`, `input_invalid` */
export async function makeDesk(services: Services, name: string): Promise<StoredDesk> {
  requireName(name, 'dsk_');
  const now = services.clock.now();
  const desk: StoredDesk = { id: makeId('desk', now, services.random), name, createdAt: now };
  if (!(await services.store.cases.addDesk(desk))) throw new MemSyncError('name_taken', `There is a desk “${name}” already.`);
  return desk;
}

/** Every desk, by name. */
export async function listDesks(services: Services): Promise<readonly StoredDesk[]> {
  return services.store.cases.desks();
}

/** The desk of that name or id; with null the only one there is. @throws {MemSyncError} `desk_unknown` */
export async function findDesk(services: Services, named: string | null): Promise<StoredDesk> {
  const desks = await listDesks(services);
  if (named === null) {
    const [only] = desks;
    if (only === undefined) throw new MemSyncError('desk_unknown', 'There is no desk here yet.');
    if (desks.length > 1) throw new MemSyncError('desk_unknown', `There are ${desks.length} desks here: name one.`);
    return only;
  }
  const found = desks.find(({ id, name }) => (isId('desk', named) ? id === named : name === named));
  if (found === undefined) throw new MemSyncError('desk_unknown', 'No desk here has that name or id.');
  return found;
}

/**
 * A name that can be told from an id. @throws {MemSyncError} `input_invalid`
 */
export function requireName(name: string, prefix: string): void {
  const plain = name.isWellFormed() && name.trim() === name && name.length > 0 && !/\p{Cc}/u.test(name);
  if (!plain || name.length > MOST || name.startsWith(prefix))
    throw new MemSyncError(
      'input_invalid',
      `A name has 1 to ${MOST} characters, none of them for control, no blanks around it, and no ${prefix} before it.`,
    );
}
