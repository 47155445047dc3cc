import type { RotationsReply, RotationStatus } from '../../schemas/keys.ts';
import { formatInstant } from '../core/instant.ts';
import { currentEpoch } from '../memory/state.ts';
import type { StoredRewrap } from '../store/records.ts';
import type { OpenVault } from './open-vault.ts';
import { enterDevice } from './owner-reads.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';

/** How far rotated collections have been brought under their new keys, each by its last rotation. */
export async function readRotations(services: Services, token: string, vaultId: string): Promise<RotationsReply> {
  const { vault } = await enterDevice(services, token, vaultId);
  const rewraps = await services.store.rewraps(vaultId);
  return { rotations: rewraps.flatMap((rewrap) => statusOf(vault, rewrap) ?? []), head: renderHead(vault.state) };
}

function statusOf(vault: OpenVault, { collection: id, epoch, afterRow, afterReceipt, doneAt }: StoredRewrap): RotationStatus | null {
  const collection = vault.state.collections.get(id);
  if (collection === undefined || collection.erased !== null || currentEpoch(collection).epoch !== epoch) return null;
  const rows = [...vault.state.rows.values()].filter((row) => row.collection === id && row.erased === null);
  const done = afterReceipt === null ? rows.filter((row) => row.id <= afterRow).length : rows.length;
  return {
    collection: collection.purpose === 'vault' ? null : (vault.names.get(id) ?? id),
    epoch,
    rows: { done, of: rows.length },
    receipts: afterReceipt !== null,
    doneAt: doneAt === null ? null : formatInstant(doneAt),
  };
}
