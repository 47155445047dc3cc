import type { NoteSigner } from '../log/note.ts';
import type { KeyHistory } from '../log/key-history.ts';
import { verifierKey } from '../log/verifier-key.ts';
import type { Store, StoreReader } from '../store/store.ts';
import type { LogTrust } from './stated-keys.ts';

/** Where the store keeps what a restore has added to the log's name. */
const BRANCH = 'log-branch';

/**
 * The signer under the name that the stored log goes by: the service's own, and after a restore with a branch behind it, so that no two logs
 * which may differ are ever signed under one name (docs/adr/0007-restoring-a-log.md).
 */
export async function namedSigner(store: Pick<StoreReader, 'meta'>, signer: NoteSigner): Promise<NoteSigner> {
  const branch = await store.meta(BRANCH);
  return branch === null ? signer : { ...signer, name: `${signer.name}/${branch}` };
}

/** Gives the stored log another branch behind the service's name, in place of the one that it has; returns the signer under the new name. */
export async function branchLog(store: Pick<Store, 'meta' | 'setMeta'>, signer: NoteSigner, branch: string): Promise<NoteSigner> {
  await store.setMeta(BRANCH, branch);
  return namedSigner(store, signer);
}

/** How the checkpoints of the log in a store are verified. */
export type LogKey = (store: Pick<StoreReader, 'meta'>) => Promise<LogTrust>;

/** By the service's own key, under the name that the stored log goes by, and by earlier ones that an operator's root has stated. */
export function ownLogKey(signer: NoteSigner, history: KeyHistory | null = null): LogKey {
  return async (store) => {
    const { name, publicKey } = await namedSigner(store, signer);
    return { key: verifierKey(name, publicKey), history };
  };
}
