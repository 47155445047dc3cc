import { fromBase64, fromHex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { type CollectionKey, unwrapBox, wipeCollectionKey } from '../crypto/collection-key.ts';
import { openPrevious } from '../crypto/key-chain.ts';
import { sha256 } from '../crypto/sha256.ts';
import { grantBoxKey, type Token } from '../crypto/token.ts';
import { openDetails, openName } from '../memory/sealed-labels.ts';
import { currentEpoch, epochAt, type GrantState, type VaultState, vaultCollection } from '../memory/state.ts';
import type { StoredBox } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';
import { openCollections } from './open-collections.ts';
import type { OpenVault } from './open-vault.ts';
import type { RowSnapshots } from './snapshots/row-snapshots.ts';
import { reopenRow } from './unlock.ts';

/**
 * Opens a grant's boxes with its token, each checked against what the owner signed, with them the keys of earlier epochs, and the rows of
 * every collection that was not open before.
 * @throws {MemSyncError} `box_mismatch`, `ledger_broken`
 */
export async function unlockGrant(
  store: StoreReader,
  snapshots: RowSnapshots,
  vault: OpenVault,
  token: Token,
  grant: GrantState,
): Promise<void> {
  const stored = await store.boxes(vault.vault, token.grantId);
  const opened = openBoxes(vault.state, token, grant, stored);
  const collections = new Set(opened.map((key) => key.name.collection));
  const fresh = [...collections].filter((collection) => !vault.keys.has(collection));
  const renewed = opened.filter(({ name }) => vault.keys.has(name.collection) && vault.keys.at(name.collection, name.epoch) === undefined);
  try {
    for (const key of opened) vault.keys.add(key);
    const details = openDetails(detailsKey(vault, grant), token.grantId, fromBase64(grant.body.sealedDetails));
    for (const collection of fresh) nameCollection(vault, collection);
    await openCollections(
      store,
      snapshots,
      vault,
      fresh.filter((collection) => vault.state.collections.get(collection)?.purpose === 'rows'),
    );
    await openWaiting(store, vault, new Set(renewed.map(({ name }) => name.collection)));
    vault.grants.set(token.grantId, { id: token.grantId, tokenHash: sha256(token.secret.reveal()), details, collections, lastUsed: 0 });
  } catch (error) {
    for (const collection of fresh) {
      vault.keys.drop(collection);
      vault.closeRows(collection);
    }
    throw error;
  } finally {
    vault.forgetLimits();
  }
}

/** Every key that a token opens: of each collection the newest, out of its box, and through it those before. */
function openBoxes(state: VaultState, token: Token, grant: GrantState, stored: readonly StoredBox[]): CollectionKey[] {
  const boxKey = grantBoxKey(token);
  const opened: CollectionKey[] = [];
  try {
    for (const signed of grant.boxes) {
      const collection = state.collections.get(signed.collection);
      if (collection === undefined || collection.erased !== null) continue;
      const box = stored.find((one) => one.collection === signed.collection && one.epoch === signed.epoch);
      if (box === undefined) throw new MemSyncError('box_mismatch', 'A sealed box that the owner signed is missing.');
      if (currentEpoch(collection).epoch !== signed.epoch) {
        throw new MemSyncError('box_mismatch', 'The grant was not given the collection’s newest key.');
      }
      const name = { vault: state.vault, collection: signed.collection, epoch: signed.epoch };
      let key = unwrapBox(name, box.box, boxKey, { boxSha256: fromHex(signed.boxSha256), keyCommitment: fromHex(signed.keyCommitment) });
      opened.push(key);
      for (const { epoch, sealedPrevious } of collection.epochs.toReversed()) {
        const before = collection.epochs.find((one) => one.epoch === epoch - 1);
        if (sealedPrevious === null || before === undefined) continue;
        key = openPrevious(key, { ...name, epoch: before.epoch }, fromBase64(sealedPrevious), fromHex(before.keyCommitment));
        opened.push(key);
      }
    }
    return opened;
  } catch (error) {
    for (const key of opened) wipeCollectionKey(key);
    throw error;
  } finally {
    boxKey.secretKey.wipe();
  }
}

/** The vault's own key as it was when the grant was given: its details are sealed under that one. */
export function detailsKey(vault: OpenVault, grant: GrantState): CollectionKey {
  const own = vaultCollection(vault.state);
  return vault.keyAt(own?.id ?? '', own === null ? 0 : epochAt(own, grant.seq));
}

function nameCollection(vault: OpenVault, id: string): void {
  const collection = vault.state.collections.get(id);
  if (collection === undefined || collection.purpose === 'vault') return;
  const name = openName(vault.keyAt(id, 1), fromBase64(collection.sealedName));
  vault.names.set(collection.id, name);
  vault.ids.set(name, collection.id);
}

/** Opens the rows that came while only earlier keys of their collection were at hand. */
async function openWaiting(store: StoreReader, vault: OpenVault, renewed: ReadonlySet<string>): Promise<void> {
  if (renewed.size === 0) return;
  const waiting = [...vault.state.rows.values()].filter(
    (row) => renewed.has(row.collection) && row.erased === null && !vault.rows.has(row.id),
  );
  for (const { id } of waiting) await reopenRow(store, vault, id);
}
