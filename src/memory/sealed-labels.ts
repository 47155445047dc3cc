import { GrantDetails } from '../../schemas/owner-event.ts';
import { CollectionName } from '../../schemas/primitives.ts';
import { lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import { openJson, sealJson } from '../crypto/sealed-json.ts';

/** A collection's name, sealed under its own key and padded: the disk does not say what a person keeps apart. */
export function sealName(key: CollectionKey, name: string, random: Random): Uint8Array {
  return sealJson(key.key, name, nameData(key.name.collection), random);
}

/** @throws {MemSyncError} `ledger_broken` when it was not sealed under this collection's key. */
export function openName(key: CollectionKey, sealed: Uint8Array): string {
  const name = CollectionName.safeParse(openJson(key.key, sealed, nameData(key.name.collection)));
  if (!name.success) throw new MemSyncError('ledger_broken', `The name of collection ${key.name.collection} does not open.`);
  return name.data;
}

/** A grant's label and category limits, sealed under the vault's key and padded. */
export function sealDetails(vaultKey: CollectionKey, grant: string, details: GrantDetails, random: Random): Uint8Array {
  return sealJson(vaultKey.key, details, detailsData(grant), random);
}

/** @throws {MemSyncError} `ledger_broken` when they were not sealed for this grant under the vault's key. */
export function openDetails(vaultKey: CollectionKey, grant: string, sealed: Uint8Array): GrantDetails {
  const details = GrantDetails.safeParse(openJson(vaultKey.key, sealed, detailsData(grant)));
  if (!details.success) throw new MemSyncError('ledger_broken', `The details of grant ${grant} do not open.`);
  return details.data;
}

function nameData(collection: string): Uint8Array {
  return lengthPrefixed(utf8('memsync/collection-name/v1'), utf8(collection));
}

function detailsData(grant: string): Uint8Array {
  return lengthPrefixed(utf8('memsync/grant-details/v1'), utf8(grant));
}
