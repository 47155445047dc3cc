import type { NamedVersion, OwnerSubmission } from '../../../schemas/owner-event.ts';
import { fromBase64, fromHex, hex } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { contentDigest } from '../../crypto/row-seal.ts';
import { currentEpoch, currentVersion, type VaultState } from '../../memory/state.ts';
import type { StoredVersion } from '../../store/records.ts';
import type { VaultDraft } from '../draft.ts';
import type { OpenVault } from '../open-vault.ts';
import { openVersion } from '../unlock.ts';
import { placeVersion } from '../write-row.ts';

/** A row version that an owner event makes. */
export type MadeByOwner = NamedVersion & { readonly collection: string; readonly epoch: number; readonly content: string };

type Sealed = NonNullable<OwnerSubmission['sealed']>[number];

/**
 * Checks that what lies beside the event are the sealed rows that were signed, in order, in collections that take rows.
 * @throws {MemSyncError} `collection_unknown`, `event_malformed`, `commitment_mismatch`
 */
export function checkSealed(state: VaultState, made: readonly MadeByOwner[], submission: OwnerSubmission): void {
  if (submission.sealed?.length !== made.length) throw notTheSigned();
  submission.sealed.forEach((sealed, i) => {
    const body = made[i];
    if (body === undefined) throw notTheSigned();
    const collection = state.collections.get(body.collection);
    if (collection?.purpose !== 'rows' || collection.erased !== null || currentEpoch(collection).epoch !== body.epoch) {
      throw new MemSyncError('collection_unknown', 'The event names a collection or an epoch that this vault does not have.');
    }
    const row = state.rows.get(body.row);
    if (row !== undefined && row.collection !== body.collection) {
      throw new MemSyncError('event_malformed', 'A row stays in its collection.');
    }
    if (hex(contentDigest(storedVersion(body, sealed))) !== body.content) throw notTheSigned();
  });
}

/** Writes the versions, and puts in place in memory what can be opened there. */
export function placeSealed(vault: OpenVault, draft: VaultDraft, made: readonly MadeByOwner[], submission: OwnerSubmission): void {
  made.forEach((body, i) => {
    const sealed = submission.sealed?.[i];
    if (sealed === undefined) throw notTheSigned();
    const stored = storedVersion(body, sealed);
    draft.versions.push(stored);
    const state = vault.state.rows.get(body.row);
    if (state === undefined || !vault.keys.has(body.collection)) return;
    try {
      const { header, text } = openVersion(vault, stored, currentVersion(state));
      placeVersion(vault, draft, header, text);
    } catch (error) {
      if (!isMemSyncError(error)) throw error;
      vault.rows.delete(body.row);
      vault.index.remove(body.row);
      vault.damaged.set(body.row, error.code);
    }
  });
}

function storedVersion(body: MadeByOwner, sealed: Sealed): StoredVersion {
  return {
    row: body.row,
    version: body.version,
    collection: body.collection,
    epoch: body.epoch,
    wrapEpoch: body.epoch,
    header: fromBase64(sealed.header),
    text: fromBase64(sealed.text),
    wrappedKey: fromBase64(sealed.wrappedKey),
    commitment: fromHex(body.commitment),
  };
}

function notTheSigned(): MemSyncError {
  return new MemSyncError('commitment_mismatch', 'The sealed rows beside the event are not those that were signed.');
}
